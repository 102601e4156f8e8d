"""What runs with the owner's rights judges what it was given, also nothing at all."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.collector.databases import Role
from tests.collector.furnish import furnish

pytestmark = pytest.mark.both_databases

Owner = psycopg.Connection[Any]
ROLES: tuple[Role, ...] = ("wachtpost_collector", "wachtpost_dashboard")
ASKERS = (None, "unit-a-coordinator")
CALLABLE = """
    select p.proname, p.pronargs from pg_proc p
     where p.pronamespace = 'store'::regnamespace and p.prosecdef and p.pronargs > 0
       and p.prorettype <> 'trigger'::regtype
       and has_function_privilege(p.oid, 'execute')
     order by 1"""
SIGNED = """
    insert into store.audit_head (entry, hash, at, key, signature)
    select entry, hash, now() - interval '4 years', 'k', 's' from store.audit"""
TABLES = """
    select relname from pg_class
     where relnamespace = 'store'::regnamespace and relkind in ('r', 'p') order by 1"""


def counted(owner: Owner) -> dict[str, int]:
    found = {}
    for (name,) in owner.execute(TABLES).fetchall():
        table = sql.Identifier("store", name)
        row = owner.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
        found[name] = row[0] if row else 0
    return found


def calls(connection: Owner) -> Iterator[sql.Composed]:
    for name, number in connection.execute(CALLABLE).fetchall():
        nulls = sql.SQL(", ").join([sql.NULL] * number)
        function = sql.Identifier("store", name)
        yield sql.SQL("select * from {}({})").format(function, nulls)


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_lost_by_asking_for_nothing(
    owner: Owner, database_url: Callable[[Role], str], role: Role, asker: str | None
):
    furnish(owner)
    owner.execute("update store.audit set at = at - interval '4 years'")
    owner.execute(SIGNED)
    before = counted(owner)
    assert before["audit"] > 1
    with psycopg.connect(database_url(role), autocommit=True) as connection:
        if asker:
            connection.execute(
                "select set_config('wachtpost.person', %s, false)", [asker]
            )
        asked = list(calls(connection))
        assert len(asked) > 3
        for call in asked:
            try:
                connection.execute(call)
            except (psycopg.errors.InsufficientPrivilege, psycopg.IntegrityError):
                continue
    assert counted(owner) == before
