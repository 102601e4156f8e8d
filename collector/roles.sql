-- The roles of the whole server. Those who log in own nothing; those who own cannot log in.
-- Two databases of one server may be migrated at once, so a role that somebody else makes in this very moment is fine.
do $$
declare
    name text;
begin
    foreach name in array array['wachtpost_owner', 'wachtpost_view', 'wachtpost_collector', 'wachtpost_dashboard'] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I %s', name,
                    case when name in ('wachtpost_owner', 'wachtpost_view') then 'nologin' else 'login' end);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
    end loop;
end
$$;
