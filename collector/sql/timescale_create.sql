-- Put the extension into this database.
create extension if not exists timescaledb
