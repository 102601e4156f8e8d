-- Note that times of a run are to be corrected; of a clock that steps on and on nothing can be said.
insert into store.clock_lag (device, run, unit, site, seconds, since, until, before)
select %(device)s, %(run)s, %(unit)s, %(site)s, %(seconds)s, %(since)s, %(until)s, %(before)s
 where (select count(*) from store.clock_lag where device = %(device)s) < 20
