-- How long rows are kept, and what is rolled up from them.
select 1;
