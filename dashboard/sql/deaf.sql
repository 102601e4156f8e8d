-- When no collector heard anything, since a moment.
select since, until from seen.deaf where until > %(since)s order by since
