-- Give what was revoked and might still be taken by a broker, whose clock may be behind.
select serial, revoked from store.certificate
 where revoked is not null and until > now() - interval '1 day' order by serial
