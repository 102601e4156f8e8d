-- End a window now, unless it is over.
update store.suppression
   set ended = %(now)s, ended_by = %(person)s
 where suppression = %(suppression)s and site = %(site)s and ended is null and reported is null
   and until > %(now)s
