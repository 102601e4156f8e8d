-- Set a task aside in the asker's name; twice is once.
insert into store.task_aside (unit, device, sensor, kind, at, person)
values (%(unit)s, %(device)s, %(sensor)s, %(kind)s, %(at)s, %(person)s)
    on conflict do nothing
