-- What is suppressed at a place at this moment.
select suppression, zone, kinds, over from seen.suppression
 where site = %(site)s and since <= %(now)s and over > %(now)s
 order by over
