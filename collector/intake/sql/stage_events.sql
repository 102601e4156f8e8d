-- A place for the events of one transaction, kept for the next by the connection.
create temporary table if not exists staged_event (
    device text, run text, lane text, seq bigint, at timestamptz, said text, received timestamptz,
    unit text, site text, kind text, sensor int, zone int, data jsonb, timed boolean
) on commit delete rows
