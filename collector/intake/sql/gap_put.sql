-- Write down the gaps that are new or have changed.
insert into store.gap as t (device, run, lane, first, last, unit, site, since, told)
select device, run, lane, first, last, unit, site, since, case when told then now() end
  from jsonb_to_recordset(%(rows)s)
       as x(device text, run text, lane text, first bigint, last bigint, unit text, site text,
            since timestamptz, told boolean)
    on conflict (device, run, lane, first) do update
   set last = excluded.last, since = excluded.since, told = coalesce(t.told, excluded.told),
       unit = excluded.unit, site = excluded.site
