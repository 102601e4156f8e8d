-- Put in a command that waits to be brought to its device.
insert into store.command (device, number, unit, site, what, said, signature, made, expires)
select d.device, %(number)s, d.unit, d.site, %(what)s, %(said)s, %(signature)s, %(made)s, %(expires)s
  from store.device d where d.device = %(device)s
