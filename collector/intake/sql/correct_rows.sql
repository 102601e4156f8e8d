-- Write the right time beside that of new rows whose device's clock was off.
with row as materialized (
    select * from jsonb_to_recordset(%(rows)s)
        as x(device text, run text, lane text, seq bigint, at timestamptz, said text, corrected timestamptz)
), event as (
    update store.event t set corrected = r.corrected
      from row r
     where (t.device, t.run, t.lane, t.seq, t.at) = (r.device, r.run, r.lane, r.seq, r.at)
       and t.at between %(low)s and %(high)s
), measurement as (
    update store.measurement t set corrected = r.corrected
      from row r
     where (t.device, t.run, t.lane, t.seq, t.at) = (r.device, r.run, r.lane, r.seq, r.at)
       and t.at between %(low)s and %(high)s
)
update store.event_untimed t set corrected = r.corrected
  from row r
 where (t.device, t.run, t.lane, t.seq, t.at) = (r.device, r.run, r.lane, r.seq, r.said)
