-- A whole picture or clip that the asker may see.
select digest, received from seen.picture
 where digest = %(digest)s and complete is not null and sort = %(sort)s
