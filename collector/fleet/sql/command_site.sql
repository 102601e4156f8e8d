-- Give where a device stands, and whether a command of this number would come too late.
select d.site, now() as now,
       exists (select from store.command c
                where (c.device, c.number) = (d.device, %(number)s)) as over,
       exists (select from store.command c
                where c.device = d.device and c.number > %(number)s and c.tries > 0) as overtaken
  from store.device d where d.device = %(device)s and d.removed is null
