-- When no collector heard anything, during a stretch.
select since, until from seen.deaf where until > %(since)s and since < %(until)s order by since
