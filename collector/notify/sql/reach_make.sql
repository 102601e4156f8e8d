-- Put down for whom and by what it is to be asked whether he is reached; nobody who is not told of anything.
insert into store.reach (person, unit, channel, next_try)
select p.person, p.unit, c.channel, %(now)s
  from store.person p cross join lateral jsonb_object_keys(p.tell) c(channel)
 where p.removed is null and p.role <> 'household'
 order by 1, 3
    on conflict (person, channel) do update set unit = excluded.unit
 where reach.unit is distinct from excluded.unit
