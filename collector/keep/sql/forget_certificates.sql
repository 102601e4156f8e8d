-- Forget certificates that expired long ago: nobody has let them in since.
delete from store.certificate where until < now() - interval '90 days'
