-- Which numbers came, and how a clock is off.
select 1;
