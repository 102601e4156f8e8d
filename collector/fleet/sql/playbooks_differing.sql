-- The playbooks whose stored version says something else than the inventory's.
select p.playbook, p.version
  from jsonb_to_recordset(%(rows)s) as x(playbook text, version int, content jsonb)
  join store.playbook p using (playbook, version)
 where p.content <> x.content
 order by 1
