-- The latest time of sending that a believed frame of each of these devices said.
select device, sent from store.device_state where device = any (%(devices)s) and sent is not null
