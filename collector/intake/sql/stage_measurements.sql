-- A place for the measurements of one transaction, kept for the next by the connection.
create temporary table if not exists staged_measurement (
    device text, run text, lane text, seq bigint, at timestamptz, received timestamptz,
    unit text, site text, sensor int, quantity text, value double precision
) on commit delete rows
