-- Nobody heard anything between these two moments.
insert into store.deaf (since, until) values (%(since)s, %(until)s) on conflict do nothing
