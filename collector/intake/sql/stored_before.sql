-- What is stored under these numbers, where its time lies between two.
with asked as materialized (
    select device, run, lane, seq
      from jsonb_to_recordset(%(names)s) as x(device text, run text, lane text, seq bigint)
)
select device, run, lane, seq, at, null as said, kind, sensor, zone, data
  from asked join store.event e using (device, run, lane, seq)
 where e.at between %(low)s and %(high)s
union all
select device, run, lane, seq, at, null, 'measurement.taken', sensor, null,
       jsonb_build_object('quantity', quantity, 'value', value)
  from asked join store.measurement m using (device, run, lane, seq)
 where m.at between %(low)s and %(high)s
union all
select device, run, lane, seq, null, at, kind, sensor, zone, data
  from asked join store.event_untimed u using (device, run, lane, seq)
