-- Whether there is such a window at a place.
select 1 from seen.suppression where suppression = %(suppression)s and site = %(site)s
