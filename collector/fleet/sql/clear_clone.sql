-- Take the mark from a device.
update store.clone set cleared = now() where device = %(device)s and cleared is null
