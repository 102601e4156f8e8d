-- Hold a sign-in from this origin for refused, until it is found to be good.
insert into store.sign_in_refusal (origin) values (%(origin)s) returning at
