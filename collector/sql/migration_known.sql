-- Whether this database was ever migrated.
select to_regclass('store.migration') is not null as known
