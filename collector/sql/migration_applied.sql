-- Write down that a migration was applied.
insert into store.migration (version) values (%(version)s)
