-- Records whose time is impossible, and not known any better, counted by place, with when the last of them came.
select site, count(*)::int as number, max(received) as last
  from seen.event_untimed
 where received > %(since)s and corrected is null
 group by site order by number desc, site
