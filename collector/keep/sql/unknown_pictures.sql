-- Which of these files belong to no picture.
select digest from unnest(%(digests)s::text[]) as file(digest)
 where not exists (select from store.picture p where p.digest = file.digest)
