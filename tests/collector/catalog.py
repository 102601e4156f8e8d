"""Everything that a database's catalog says about our two schemas."""

import psycopg

RELATIONS = """
    select n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner),
           c.relrowsecurity, c.relforcerowsecurity,
           coalesce(array_to_string(c.reloptions, ','), ''),
           coalesce((select string_agg(acl::text, ',' order by acl::text)
                       from unnest(c.relacl) acl), '')
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('store', 'seen') order by 1, 2"""
COLUMNS = """
    select n.nspname, c.relname, a.attname,
           row_number() over (partition by c.oid order by a.attnum) as place,
           format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           a.attgenerated,
           coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
           coalesce((select string_agg(acl::text, ',' order by acl::text)
                       from unnest(a.attacl) acl), '')
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where n.nspname in ('store', 'seen') and a.attnum > 0 and not a.attisdropped
     order by 1, 2, 4"""
CONSTRAINTS = """
    select n.nspname, c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
      from pg_constraint c join pg_namespace n on n.oid = c.connamespace
     where n.nspname in ('store', 'seen') order by 1, 2, 3"""
INDEXES = """
    select schemaname, tablename, indexname, indexdef from pg_indexes
     where schemaname in ('store', 'seen') order by 1, 2, 3"""
POLICIES = """
    select schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check
      from pg_policies where schemaname in ('store', 'seen') order by 1, 2, 3"""
VIEWS = """
    select schemaname, viewname, viewowner, definition from pg_views
     where schemaname in ('store', 'seen') order by 1, 2"""
FUNCTIONS = """
    select n.nspname, p.proname, pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner),
           coalesce(p.proacl::text, '')
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('store', 'seen') order by 1, 2, 3"""
SCHEMAS = """
    select nspname, pg_get_userbyid(nspowner), nspacl::text from pg_namespace
     where nspname in ('store', 'seen') order by 1"""
TRIGGERS = """
    select tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid)
      from pg_trigger t join pg_class c on c.oid = tgrelid
      join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('store', 'seen') and not tgisinternal order by 1, 2"""

QUESTIONS = {
    "relations": RELATIONS,
    "columns": COLUMNS,
    "constraints": CONSTRAINTS,
    "indexes": INDEXES,
    "policies": POLICIES,
    "views": VIEWS,
    "functions": FUNCTIONS,
    "schemas": SCHEMAS,
    "triggers": TRIGGERS,
}


def catalog(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Read all of it, in an order that does not depend on how it was made."""
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(question.encode()).fetchall()
            for name, question in QUESTIONS.items()
        }
