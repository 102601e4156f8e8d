-- Note that it was asked, and what the answer has to hold.
update store.reach set asked = %(now)s, sent = %(now)s, code = %(code)s, tries = 0
 where person = %(person)s and channel = %(channel)s
