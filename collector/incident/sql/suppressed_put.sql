-- Put a record away that a window holds back.
insert into store.suppressed (suppression, unit, device, run, lane, seq, at, received, corrected, site, kind, sensor,
                              zone, data)
values (%(suppression)s, %(unit)s, %(device)s, %(run)s, %(lane)s, %(seq)s, %(at)s, %(received)s, %(corrected)s,
        %(site)s, %(kind)s, %(sensor)s, %(zone)s, %(data)s)
    on conflict do nothing
