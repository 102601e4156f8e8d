-- Incidents that two sources confirm, and how well we listen.
select 1;
