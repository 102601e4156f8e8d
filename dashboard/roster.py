"""Who is on duty in a unit, now and in the week to come, and who changes that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from collector.keep.audit import Entry
from collector.query import Row
from dashboard.errors import FieldError, NotFoundError, TooLateError
from dashboard.form import Fields
from dashboard.language import HOME_ZONE
from dashboard.page import QUERIES, Look, View
from sites.roster import (
    LONGEST_CHANGE,
    Change,
    Duty,
    Part,
    Roster,
    duty_at,
    hand_overs,
)

CHANGES = frozenset({"coordinator", "deputy"})
AHEAD = timedelta(days=7)
FARTHEST = timedelta(days=366)
BEHIND = timedelta(minutes=1)  # a form that was filled in a moment ago


@dataclass(frozen=True)
class Turn:
    """From when on who is on duty."""

    at: datetime
    duty: Duty


async def roster_view(look: Look) -> View:
    """Read who is on duty in the asker's unit."""
    roster, zone = _roster(look), HOME_ZONE
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        rows = await transaction.all(
            QUERIES["roster_changes"], unit=look.asker.unit, now=look.now
        )
        people = await transaction.all(QUERIES["roster_people"])
    duty: Duty | None = None
    turns: tuple[Turn, ...] = ()
    if roster is not None:
        zone, changes = roster.time_zone, in_force(rows)
        duty = duty_at(roster, look.now, changes)
        turns = week(roster, changes, look.now)
    return View(
        partial="roster.html",
        title=look.words("roster.title"),
        address="/roster",
        values={
            "roster": roster,
            "duty": duty,
            "turns": turns,
            "changes": [row for row in rows[::-1] if row["until"] > look.now],
            "roles": {row["person"]: row["role"] for row in people},
            "people": [row for row in people if row["may"]],
            "parts": get_args(Part),
            "changing": roster is not None and look.asker.role in CHANGES,
        },
        zone=zone,
    )


def in_force(rows: Iterable[Row]) -> list[Change]:
    """Give the changes that were not withdrawn, in the order of their making."""
    return [
        Change(row["since"], row["until"], row["part"], row["person"])
        for row in rows
        if row["withdrawn"] is None
    ]


def week(roster: Roster, changes: Sequence[Change], now: datetime) -> tuple[Turn, ...]:
    """Give who comes on duty when, for the week to come."""
    found = hand_overs(roster, now, now + AHEAD, changes)
    return tuple(Turn(at, duty) for at, duty in found)


async def change(look: Look, fields: Fields) -> None:
    """Have somebody else a part of the roster for a time.

    Raises:
        NotFoundError: it is not this role's business, or the unit has no roster.
        FieldError: nobody who may be on duty, or no time that can be.
    """
    roster = _roster(look)
    if roster is None or look.asker.role not in CHANGES:
        raise NotFoundError
    part, person = fields.word("part"), fields.word("person")
    if part not in get_args(Part):
        raise FieldError
    since, until = span(
        fields.maybe("since"), fields.word("until"), roster.time_zone, look.now
    )
    subject = f"person:{person}"
    entry = Entry("change", "roster:new", subject, look.asker.unit, reason=part)
    async with look.acting(entry) as transaction:
        people = await transaction.all(QUERIES["roster_people"])
        if person not in {row["person"] for row in people if row["may"]}:
            raise FieldError("refused.roster_person")
        await transaction.run(
            QUERIES["roster_change"],
            unit=look.asker.unit,
            part=part,
            person=person,
            since=since,
            until=until,
        )
        await transaction.notify("site", f"{look.asker.unit} 0")


async def withdraw(look: Look, number: int) -> None:
    """Take a change back that is not over.

    Raises:
        NotFoundError: it is not this role's business.
        TooLateError: there is none that holds.
    """
    if look.asker.role not in CHANGES:
        raise NotFoundError
    entry = Entry(
        "change", f"roster:{number}", unit=look.asker.unit, reason="withdrawn"
    )
    async with look.acting(entry) as transaction:
        row = await transaction.maybe(
            QUERIES["roster_withdraw"], change=number, now=look.now
        )
        if row is None:
            raise TooLateError("refused.roster_over")
        await transaction.notify("site", f"{look.asker.unit} 0")


def span(since: str, until: str, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """Read a time on the unit's clock; without a beginning it begins now.

    Raises:
        FieldError: no time, one that is over, or a longer one than may be.
    """
    begins = _moment(since, zone) if since else now
    ends = _moment(until, zone)
    begins = max(begins, now) if begins >= now - BEHIND else begins
    if not now <= begins <= now + FARTHEST or not begins < ends <= (
        begins + LONGEST_CHANGE
    ):
        raise FieldError("refused.roster_time")
    return begins, ends


def _moment(given: str, zone: str) -> datetime:
    try:
        local = datetime.fromisoformat(given)
    except ValueError:
        raise FieldError("refused.roster_time") from None
    if local.tzinfo is not None:
        raise FieldError("refused.roster_time")
    return local.replace(tzinfo=ZoneInfo(zone))


def _roster(look: Look) -> Roster | None:
    unit = look.parts.inventory.units.get(look.asker.unit or "")
    return None if unit is None else unit.roster
