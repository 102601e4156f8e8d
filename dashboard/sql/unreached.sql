-- The colleagues who did not answer, a week after they were asked, that a channel reaches them.
select person, channel, asked from seen.reach
 where asked < %(since)s and (proved is null or proved < asked)
 order by asked, person, channel
