-- Note what became of commands; what was told first stays.
update store.command c
   set outcome = x.outcome, reason = x.reason, ended = now()
  from jsonb_to_recordset(%(rows)s) as x(device text, number bigint, outcome text, reason text)
 where (c.device, c.number) = (x.device, x.number) and c.outcome is null
