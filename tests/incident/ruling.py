"""Applies the rules as the storing transaction does, and shows what came of it."""

from typing import Any

import psycopg

from collector.database import Database
from collector.incident.judge import judge
from collector.intake.row import EventRow
from collector.query import Query
from sites.inventory import Inventory
from tests.incident.stage import (
    NOW,
    inventory,
    look,
)

Owner = psycopg.Connection[Any]
WORLD = inventory()
SITES: Query[Any] = Query(
    "sites", b"select from store.site order by site for update", dict
)


async def judged(
    database: Database, *rows: EventRow, world: Inventory = WORLD
) -> list[int]:
    async with database.transaction() as transaction:
        await transaction.all(SITES)  # as the storing transaction locks them
        return await judge(transaction, world, rows, NOW)


def resolve(owner: Owner, incident: int) -> None:
    owner.execute(
        "update store.incident set state = 'resolved', owner = 'desk-noord',"
        " resolved = now(), outcome = 'false', sentence = 'x' where incident = %s",
        [incident],
    )


def steps(owner: Owner, incident: int) -> list[str]:
    found = look(
        owner,
        "select step from store.incident_step where incident = %(i)s order by place",
        {"i": incident},
    )
    return [one for (one,) in found]


def messages(owner: Owner) -> set[tuple[Any, ...]]:
    return set(look(owner, "select incident, person, reason from store.message"))


def log_of(owner: Owner, incident: int) -> list[tuple[str, dict[str, Any]]]:
    found = look(
        owner,
        "select what, data from store.incident_log where incident = %(i)s"
        " order by entry",
        {"i": incident},
    )
    return [(what, data) for what, data in found]
