-- Forget which numbers came of runs of long ago; until then an old frame that is played again is known.
delete from store.lane_state
 where (device, run, lane) in (select device, run, lane from store.lane_state where heard < %(history)s limit %(most)s)
