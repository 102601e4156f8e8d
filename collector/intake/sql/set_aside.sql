-- Keep a frame that cannot be believed, once, however often it comes; a source that sent many is only counted.
with kept as (
    select count(*) as frames, coalesce(sum(size), 0) as bytes
      from store.frame_set_aside where device is not distinct from %(device)s
), known as (
    select exists (select from store.frame_set_aside where digest = %(digest)s) as already
)
insert into store.frame_set_aside as t
       (digest, received, topic, unit, device, refusal, detail, size, raw, last_received)
select case when f.kept then %(digest)s else 'more:' || coalesce(%(device)s, '') || ':' || %(refusal)s end,
       %(received)s, %(topic)s, %(unit)s, %(device)s, %(refusal)s,
       case when f.kept then %(detail)s else 'this source sent more than is kept; these are only counted' end,
       case when f.kept then length(%(raw)s::bytea) else 0 end,
       case when f.kept then %(raw)s::bytea else ''::bytea end,
       %(received)s
  from kept, known,
       lateral (select known.already or (kept.frames < %(frames)s
                       and kept.bytes + length(%(raw)s::bytea) <= %(bytes)s) as kept) f
    on conflict (digest) do update
   set times = t.times + 1, last_received = greatest(t.last_received, excluded.last_received)
returning digest
