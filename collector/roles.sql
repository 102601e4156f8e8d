-- The roles of the whole server. Those who log in own nothing; those who own cannot log in.
do $$
declare
    name text;
begin
    foreach name in array array['wachtpost_owner', 'wachtpost_view'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
    foreach name in array array['wachtpost_collector', 'wachtpost_dashboard'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I login', name);
        end if;
    end loop;
end
$$;
