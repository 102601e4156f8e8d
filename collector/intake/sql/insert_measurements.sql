-- Store the measurements that are not there yet.
insert into store.measurement (device, run, lane, seq, at, received, unit, site, sensor, quantity, value)
select distinct on (device, run, lane, seq, at)
       device, run, lane, seq, at, received, unit, site, sensor, quantity, value
  from staged_measurement
 order by device, run, lane, seq, at
    on conflict do nothing
