-- When the last exercise of each place was over.
select site, max(resolved) as last from seen.incident where exercise and state = 'resolved' group by site
