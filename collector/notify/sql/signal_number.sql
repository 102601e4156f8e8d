-- Give a signal its code and the next number of its account; they stay what they are.
with line as (
    insert into store.receiver_line (account, unit, sequence, next_ask)
    values (%(account)s, %(unit)s, 1, %(now)s)
        on conflict (account) do update set sequence = receiver_line.sequence %% 9999 + 1
 returning sequence
)
update store.signal s set code = %(code)s, sequence = line.sequence
  from line
 where s.signal = %(signal)s
returning s.sequence
