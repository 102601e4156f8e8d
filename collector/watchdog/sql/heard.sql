-- Whether any collector proved within this time that it hears, by the clock of the database.
select exists (select from store.listener
                where since is not null and until > now() - %(within)s::interval) as heard
