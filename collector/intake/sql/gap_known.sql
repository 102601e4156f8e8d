-- The gaps that are known.
select device, run, lane, first, last, unit, site, since, told is not null as told
  from store.gap order by device, run, lane, first
