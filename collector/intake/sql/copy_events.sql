-- Send events to their place of this transaction.
copy staged_event (device, run, lane, seq, at, said, received, unit, site, kind, sensor, zone, data, timed) from stdin
