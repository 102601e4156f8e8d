-- Frames that were set aside, counted by reason, worst first.
select refusal, sum(times)::int as number, max(last_received) as last
  from seen.frame_set_aside
 where last_received > %(since)s
 group by refusal order by number desc, refusal
