"""What people do with an incident, each as themselves."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg

from collector.database import Database, Transaction
from collector.incident import life
from collector.incident.life import ToPerson, ToRole
from tests.incident.stage import NOW, look

LATER = NOW + timedelta(minutes=5)
Act = Callable[[Transaction, int], Awaitable[object]]


async def take(database: Database, incident: int, who: str) -> life.Taken:
    async with database.transaction(asker=who) as transaction:
        return await life.take(transaction, incident, LATER)


async def hand_over(
    database: Database, incident: int, who: str, to: ToRole | ToPerson
) -> None:
    async with database.transaction(asker=who) as transaction:
        await life.hand_over(transaction, incident, to, LATER)


async def tick(
    database: Database, incident: int, who: str, *steps: str
) -> list[life.Ticked]:
    async with database.transaction(asker=who) as transaction:
        return [
            await life.tick_step(transaction, incident, step, LATER) for step in steps
        ]


async def untick(database: Database, incident: int, who: str, step: str) -> None:
    async with database.transaction(asker=who) as transaction:
        await life.untick_step(transaction, incident, step, LATER)


async def resolve(
    database: Database, incident: int, who: str, sentence: str = "Deur stond open."
) -> None:
    async with database.transaction(asker=who) as transaction:
        await life.resolve(transaction, incident, "false", sentence, LATER)


def state(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return look(owner, "select state, owner, acknowledged from store.incident")


def log_of(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select what, person, at, data from store.incident_log"
        " where person is not null order by entry",
    )


ACTS: dict[str, Act] = {
    "take": lambda t, i: life.take(t, i, LATER),
    "to_role": lambda t, i: life.hand_over(t, i, ToRole("desk"), LATER),
    "to_control_room": lambda t, i: life.hand_over(t, i, ToRole("control_room"), LATER),
    "to_person": lambda t, i: life.hand_over(t, i, ToPerson("desk-zuid"), LATER),
    "tick": lambda t, i: life.tick_step(t, i, "look", LATER),
    "untick": lambda t, i: life.untick_step(t, i, "look", LATER),
    "resolve": lambda t, i: life.resolve(t, i, "real", "Iets.", LATER),
}
