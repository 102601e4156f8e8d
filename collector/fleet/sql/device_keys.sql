-- The key of every device that was ever known.
select device, key from store.device
