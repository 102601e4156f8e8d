-- Remember that a sign-in from this origin was refused.
insert into store.sign_in_refusal (origin) values (%(origin)s)
