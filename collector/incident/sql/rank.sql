-- Give a standing incident to a more urgent rule and its playbook.
update store.incident
   set rule = %(rule)s, priority = %(priority)s, title = %(title)s,
       playbook = %(playbook)s, playbook_version = %(playbook_version)s
 where incident = %(incident)s
