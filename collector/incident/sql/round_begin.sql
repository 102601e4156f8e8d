-- Put a step of an incident's round down; once.
insert into store.escalation (incident, round, step, unit, tells, due)
values (%(incident)s, %(round)s, %(step)s, %(unit)s, %(tells)s, %(due)s)
    on conflict do nothing
