-- Presence remembers what it told, and when the broker said that a path is gone.
set role wachtpost_owner;
alter table store.device_state add column silent_told timestamptz;
alter table store.path_state add column gone timestamptz;
alter table store.path_state add column lost_told timestamptz;
reset role;
