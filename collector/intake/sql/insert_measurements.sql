-- Store the measurements that are not there yet.
insert into store.measurement (device, run, lane, seq, at, received, unit, site, sensor, quantity, value)
select device, run, lane, seq, at, received, unit, site, sensor, quantity, value
  from staged_measurement
    on conflict do nothing
