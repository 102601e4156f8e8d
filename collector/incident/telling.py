"""Puts down whom to tell about an incident: one row a person, never twice.

Only rows: `collector.notify` sends them, after the transaction that wrote them.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.database import Transaction
from collector.query import Queries
from sites.words import Role

# What is told again to everybody who was told of the incident before.
_WORSE = frozenset({"raised", "silenced", "confirmed"})
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told about an incident of a unit, to which roles and people.

    `reason` is `opened`, `raised`, `silenced` or `confirmed`; or `escalated-`,
    `lapsed-`, `shift_changed-` or `shift_begun-` with what makes it one: the same is
    told once.
    """

    incident: int
    unit: str
    reason: str
    roles: tuple[Role, ...]
    people: tuple[str, ...] = ()


async def tell(transaction: Transaction, news: News, now: datetime) -> None:
    """Write a message for everybody who is meant and can be reached.

    Who was told something that got worse is told again. A role in which nobody can be
    reached, and somebody who cannot be, is written to the log as `not_told`: it may not
    go unseen. Households are never told by unit: the incident of one is nothing for
    another.
    """
    roles = set[str](news.roles)
    if news.reason in _WORSE:
        told = await transaction.all(_QUERIES["told_before"], incident=news.incident)
        roles |= {row["role"] for row in told}
    reached = await transaction.all(
        _QUERIES["tell"],
        incident=news.incident,
        unit=news.unit,
        reason=news.reason,
        roles=sorted(roles),
        people=sorted(news.people),
        now=now,
    )
    missed = [{"role": role} for role in sorted(roles - {r["role"] for r in reached})]
    people = set(news.people) - {row["person"] for row in reached}
    for whom in [*missed, *({"person": person} for person in sorted(people))]:
        await transaction.run(
            _QUERIES["not_told"],
            incident=news.incident,
            unit=news.unit,
            now=now,
            data={**whom, "reason": news.reason, "trouble": "nobody_reachable"},
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
