-- A whole picture that the asker may see.
select digest, received from seen.picture where digest = %(digest)s and complete is not null
