-- Send measurements to their place of this transaction.
copy staged_measurement (device, run, lane, seq, at, received, unit, site, sensor, quantity, value) from stdin
