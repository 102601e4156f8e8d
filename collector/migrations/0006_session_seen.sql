-- A session does not say when it was last seen: nobody ever wrote it down.
set role wachtpost_owner;
alter table store.session drop column seen;
reset role;
