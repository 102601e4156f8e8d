-- It is used: it stays for so many minutes more. A page that watches by itself says so.
update store.session
   set idle = now() + make_interval(mins => %(idle)s), watched = case when %(watches)s then now() else watched end
 where session = %(session)s and ended is null and least(expires, idle) > now()
