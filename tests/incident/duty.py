"""The small world with a roster, and what became of who is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg

from collector.database import Database
from collector.incident import escalation
from collector.incident.escalator import Escalator
from collector.incident.judge import judge
from collector.metrics import Health
from sites.inventory import Inventory
from sites.roster import Roster
from tests.incident.stage import NOW, inventory, look

ALL = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# NOW is 02:41:49 on the clock of Noord: the desk has the night until 08:00.
ROSTER = Roster.model_validate(
    {
        "shifts": [
            {
                "days": ALL,
                "start": "08:00",
                "end": "20:00",
                "first": "coordinator-noord",
                "stand_in": "deputy-noord",
            },
            {
                "days": ALL,
                "start": "20:00",
                "end": "08:00",
                "first": "desk-noord",
                "stand_in": "deputy-noord",
            },
        ]
    }
)


def with_roster(roster: Roster | None = ROSTER) -> Inventory:
    """Give the small world, with a roster in Noord."""
    world = inventory()
    noord = world.units["noord"].model_copy(update={"roster": roster})
    return replace(world, units={**world.units, "noord": noord})


WORLD = with_roster()


def escalator(database: Database, world: Inventory = WORLD) -> Escalator:
    """Give an escalator whose clock nobody asks: the moment is given."""
    return Escalator(database, world, lambda: NOW, Health())


async def judged(database: Database, *rows: Any, world: Inventory = WORLD) -> list[int]:
    async with database.transaction() as transaction:
        return await judge(transaction, world, rows, NOW)


async def escalate(database: Database, now: datetime) -> bool:
    async with database.transaction() as transaction:
        return await escalation.escalate(transaction, WORLD, now)


def steps(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Give round, step, seconds from NOW to when it is due, done and stopped."""
    rows = look(
        owner,
        "select round, step, due, done, stopped from store.escalation"
        " order by incident, round, step",
    )
    return [(r, s, *map(_after, (due, done, stop))) for r, s, due, done, stop in rows]


def _after(at: datetime | None) -> float | None:
    return None if at is None else (at - NOW).total_seconds()


def told(owner: psycopg.Connection[Any], reason: str) -> list[str]:
    """Give whom there is a message for, by what its reason begins with."""
    rows = look(
        owner,
        "select person from store.message where reason like %(reason)s order by person",
        {"reason": f"{reason}%"},
    )
    return [person for (person,) in rows]


def noted(owner: psycopg.Connection[Any], *whats: str) -> Sequence[tuple[Any, ...]]:
    return look(
        owner,
        "select what, data from store.incident_log where what = any (%(whats)s)"
        " order by entry",
        {"whats": list(whats)},
    )


def incident(owner: psycopg.Connection[Any]) -> tuple[Any, ...]:
    """Give state, owner, round, and until when it is his, in seconds from NOW."""
    ((state, who, number, until),) = look(
        owner, "select state, owner, round, taken_until from store.incident"
    )
    return state, who, number, _after(until)
