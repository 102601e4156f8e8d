-- When the unit's incidents since a moment were opened, in order.
select opened from seen.incident where unit = %(unit)s and opened > %(since)s order by opened
