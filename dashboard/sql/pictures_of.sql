-- Which of these pictures are whole.
select digest from seen.picture where digest = any (%(digests)s) and complete is not null and sort = 'jpeg'
