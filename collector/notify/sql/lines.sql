-- Count the lines, and those on which nobody answers.
select count(*) as lines, count(*) filter (where lost_since is not null) as lost from store.receiver_line
