-- Give the site of a device.
select site from store.device where device = %(device)s
