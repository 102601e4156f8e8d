-- Give how often the runs of devices began to speak: the eight that did last.
select d.device, t.run, t.turns, t.beside
  from unnest(%(devices)s::text[]) as d(device),
       lateral (select run, turns, beside from store.turn
                 where device = d.device order by heard desc, run limit 8) t
