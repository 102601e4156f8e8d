-- Put what the collector found on the time line, once by its name; give the names of what is new.
insert into store.event (device, run, lane, seq, at, received, unit, site, kind, data)
select device, run, lane, seq, at, received, unit, site, kind, data
  from jsonb_to_recordset(%(rows)s)
       as x(device text, run text, lane text, seq bigint, at timestamptz, received timestamptz,
            unit text, site text, kind text, data jsonb)
 where not exists (select from store.event e
                    where (e.device, e.run, e.lane, e.seq) = (x.device, x.run, x.lane, x.seq))
    on conflict do nothing
returning device, run, lane, seq
