-- Whose session this is; no row where it is unknown, ended, expired or idle.
select person, unit, role, language, expires, idle, how, passkey, proven, browser, provider
  from store.person_of_session(%(session)s)
