-- Whether a work of keeping was last done so long ago, or never.
select not exists (select from store.keep_done where what = %(what)s and done > now() - %(every)s) as due
