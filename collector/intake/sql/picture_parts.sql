-- Some parts of a picture in order.
select number, data from store.picture_part
 where digest = %(digest)s and number >= %(since)s and number < %(until)s order by number
