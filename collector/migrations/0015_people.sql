-- The place of the people's tables, which come with them.
select;
