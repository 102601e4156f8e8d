-- Make a line for each account that has none.
insert into store.receiver_line (account, unit, next_ask)
select s.account, s.unit, %(now)s from store.site s where s.account is not null and s.removed is null
 order by s.account
    on conflict (account) do update set unit = excluded.unit where receiver_line.unit <> excluded.unit
