-- Put in the versions of playbooks that are new; a version never changes.
insert into store.playbook (playbook, version, content)
select playbook, version, content
  from jsonb_to_recordset(%(rows)s) as x(playbook text, version int, content jsonb)
    on conflict do nothing
