-- Hold the next of a channel of whom it was not asked for a month whether he is reached.
select r.person, r.channel, p.language, p.tell ->> r.channel as tell
  from store.reach r join store.person p using (person)
 where r.channel = %(channel)s and r.next_try <= %(now)s
   and (r.sent is null or r.sent < %(now)s - make_interval(days => %(days)s))
   and p.removed is null and p.tell ? r.channel
 order by r.next_try, r.person
 limit 1
   for update of r skip locked
