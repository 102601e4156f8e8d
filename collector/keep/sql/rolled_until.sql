-- How far hours were rolled up, and how far they may be: an hour that ended just now may still be being stored.
-- The first time of all begins at the oldest raw row that does not have to go.
select coalesce((select until from store.keep_done where what = 'rollup'),
                date_trunc('hour', greatest(now() - make_interval(days => %(days)s),
                                            least((select min(at) from store.event),
                                                  (select min(corrected) from store.event),
                                                  (select min(at) from store.measurement),
                                                  (select min(corrected) from store.measurement),
                                                  now() - interval '2 hours')), 'UTC')) as until,
       date_trunc('hour', now() - interval '2 minutes', 'UTC') as reach
