-- Whose session this is; no row where it is unknown, ended or expired.
select person, unit, role, language, expires from store.person_of_session(%(session)s)
