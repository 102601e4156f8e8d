-- Take away the sensors that are not in the inventory any more; records keep their number.
delete from store.sensor s
 where not exists (select from jsonb_to_recordset(%(rows)s) as x(device text, number int)
                    where x.device = s.device and x.number = s.number)
