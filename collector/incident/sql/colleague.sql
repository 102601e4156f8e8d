-- Give the role of a colleague of this unit to whom an incident can be handed over.
select role from seen.person
 where person = %(person)s and unit = %(unit)s and role in ('coordinator', 'deputy', 'desk')
