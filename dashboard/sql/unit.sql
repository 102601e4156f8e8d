-- The asker's own unit.
select unit, name from seen.unit where unit = %(unit)s
