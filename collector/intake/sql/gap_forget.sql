-- Forget the gaps that are there no more.
delete from store.gap
 where (device, run, lane, first) not in
       (select device, run, lane, first
          from jsonb_to_recordset(%(kept)s) as x(device text, run text, lane text, first bigint))
