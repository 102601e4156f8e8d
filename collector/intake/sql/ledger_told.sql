-- Note what records say of numbers: gone, or the last of a run; and count what came again or late.
update store.lane_state t
   set dropped = t.dropped + x.dropped, last = greatest(t.last, x.last),
       successor = coalesce(t.successor, x.successor), again = t.again + x.again, late = t.late + x.late
  from (select device, run, lane, range_agg(dropped) as dropped, max(last) as last,
               max(successor) as successor, sum(again)::bigint as again, sum(late)::bigint as late
          from jsonb_to_recordset(%(rows)s)
               as r(device text, run text, lane text, dropped int8multirange, last bigint,
                    successor text, again bigint, late bigint)
         group by device, run, lane) x
 where (t.device, t.run, t.lane) = (x.device, x.run, x.lane)
