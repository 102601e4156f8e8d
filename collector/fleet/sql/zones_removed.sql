-- Take away the zones that are not in the inventory any more; records keep their number.
delete from store.zone z
 where not exists (select from jsonb_to_recordset(%(rows)s) as x(site text, number int)
                    where x.site = z.site and x.number = z.number)
