-- Which of these pictures are whole.
select digest, device from seen.picture where digest = any (%(digests)s) and complete is not null and sort = 'jpeg'
