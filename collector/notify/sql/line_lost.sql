-- Note that nobody answered, and tell the administrator when that was too often in a row; once a unit and day.
with lost as (
    update store.receiver_line
       set lost = lost + 1,
           lost_since = case when lost + 1 >= %(most)s then coalesce(lost_since, %(now)s) end
     where account = %(account)s
 returning unit, lost
)
insert into store.attention (sort, unit)
select 'receiver_lost', l.unit from lost l
 where l.lost = %(most)s
   and not exists (select from store.attention a
                    where a.sort = 'receiver_lost' and a.unit = l.unit and a.at > now() - interval '1 day')
