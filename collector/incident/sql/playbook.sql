-- Give one version of a playbook.
select content from store.playbook where playbook = %(playbook)s and version = %(version)s
