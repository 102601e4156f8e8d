-- The parts of a picture in order.
select number, data from store.picture_part where digest = %(digest)s order by number
