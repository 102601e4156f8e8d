-- Nobody else decides about the certificates of this device until the transaction ends.
select device from store.device where device = %(device)s for no key update
