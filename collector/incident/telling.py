"""Puts down whom to tell about an incident: one row a person, never twice.

Only rows: `collector.notify` sends them, after the transaction that wrote them.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from collector.database import Transaction
from collector.query import Queries
from sites.words import Role

Reason = Literal["opened", "raised", "silenced", "confirmed"]
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told about an incident of a unit, and to which roles."""

    incident: int
    unit: str
    reason: Reason
    roles: tuple[Role, ...]


async def tell(transaction: Transaction, news: News, now: datetime) -> None:
    """Write a message for everybody who holds one of the roles and can be reached.

    Who was told something that got worse is told again. A role in which nobody can be
    reached is written to the log as `not_told`: it may not go unseen. Households are
    never told by unit: the incident of one is nothing for another.
    """
    roles = set[str](news.roles)
    if news.reason != "opened":
        told = await transaction.all(_QUERIES["told_before"], incident=news.incident)
        roles |= {row["role"] for row in told}
    reached = await transaction.all(
        _QUERIES["tell"],
        incident=news.incident,
        unit=news.unit,
        reason=news.reason,
        roles=sorted(roles),
        now=now,
    )
    for role in sorted(roles - {row["role"] for row in reached}):
        await transaction.run(
            _QUERIES["not_told"],
            incident=news.incident,
            unit=news.unit,
            now=now,
            data={"role": role, "reason": news.reason, "trouble": "nobody_reachable"},
        )
    await transaction.notify("message", "")


async def tell_end(transaction: Transaction, incident: int, now: datetime) -> None:
    """Write to everybody who has a message about an incident that it ended itself.

    Once each, by the way that brought the other one. Whether that one went out is not
    known before it is this one's turn: who was not told of the incident is not told of
    its end either.
    """
    await transaction.run(_QUERIES["tell_end"], incident=incident, now=now)
    await transaction.notify("message", "")


async def tell_of_hand_overs(transaction: Transaction, now: datetime) -> int:
    """Write the messages that hand-overs ask for; give how many there were.

    People hand over as the dashboard's role, which may not write messages: so they
    follow from the log, once each however often this is called.
    """
    return await transaction.run(_QUERIES["told_hand_overs"], now=now)
