-- Forget changes of rosters that are long over.
delete from store.roster_change where until < %(history)s
