-- Every place that ever was.
select site from store.site order by site
