-- Open an incident or an exercise, unless one of its site and cause stands already.
insert into store.incident
       (unit, site, rule, cause, priority, title, silent, to_control_room, occurred, opened, changed,
        playbook, playbook_version, exercise)
values (%(unit)s, %(site)s, %(rule)s, %(cause)s, %(priority)s, %(title)s, %(silent)s, %(to_control_room)s,
        %(occurred)s, %(now)s, %(now)s, %(playbook)s, %(playbook_version)s, %(exercise)s)
    on conflict (site, cause, exercise) where state <> 'resolved' do nothing
returning incident
