-- How pressing an incident is that the asker may see.
select priority from seen.incident where incident = %(incident)s
