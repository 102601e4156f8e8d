-- Decide alone about devices that want a certificate, until the transaction ends; who is being decided about is left out.
select device from store.device
 where device in (select device from store.renewal where answered is null)
 order by device for no key update skip locked
