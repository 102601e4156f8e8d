-- Take the lines on which it is time to ask whether anybody is there; nobody else asks on them meanwhile.
with due as (
    select account from store.receiver_line where next_ask <= %(now)s
     order by next_ask, account
     limit 20
       for update skip locked
)
update store.receiver_line l set next_ask = %(next_ask)s from due where l.account = due.account
returning l.account
