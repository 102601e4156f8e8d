"""The quarterly review of rights: who may do what, and who looked at that when."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from collector.database import Transaction
from collector.keep.audit import Entry
from collector.query import Row
from dashboard.asker import Asker
from dashboard.errors import NotFoundError, TooLateError
from dashboard.page import QUERIES, Look, View
from dashboard.proof import require_proof

QUARTER = timedelta(days=92)
SEES = frozenset({"auditor", "administrator", "coordinator"})
REVIEWS = frozenset({"auditor", "coordinator"})
OF_NO_UNIT = "-"
_COLUMNS = ("person", "unit", "role", "since", "signed_in", "reviewed", "reviewed_by")


@dataclass(frozen=True)
class Group:
    """The people of one unit, or of none, and how many are overdue."""

    unit: str | None
    people: tuple[Row, ...]
    overdue: int

    @property
    def name(self) -> str:
        """What a form calls it."""
        return self.unit or OF_NO_UNIT

    @property
    def digest(self) -> str:
        """Tell this list of rights from any other: who reviews it says what he saw."""
        rights = [
            (row["person"], row["unit"], row["role"], row["since"].isoformat())
            for row in self.people
        ]
        return hashlib.sha256(repr(sorted(rights, key=repr)).encode()).hexdigest()


def overdue(row: Row, now: datetime) -> bool:
    """Tell whether somebody's rights were not looked at for a quarter."""
    looked: datetime = row["reviewed"] or row["since"]
    return now - looked > QUARTER


def groups(rows: Sequence[Row], now: datetime) -> tuple[Group, ...]:
    """Put people together by unit; those of the whole country first."""
    found = []
    for unit, some in groupby(rows, lambda row: row["unit"]):
        people = tuple({**row, "overdue": overdue(row, now)} for row in some)
        found.append(Group(unit, people, sum(row["overdue"] for row in people)))
    return tuple(found)


async def rights_view(look: Look) -> View:
    """Read who may do what, as far as the asker may know it.

    Raises:
        NotFoundError: it is not this role's business.
    """
    rows = await _rights(look)
    return View(
        partial="rights.html",
        title=look.words("rights.title"),
        address="/rights",
        values={
            "groups": groups(rows, look.now),
            "reviews": look.asker.role in REVIEWS,
        },
    )


async def rights_export(look: Look) -> str:
    """Give the same as a table for a file (CSV); times are UTC."""
    rows = await _rights(look)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*_COLUMNS, "overdue"])
    for row in rows:
        late = "yes" if overdue(row, look.now) else "no"
        writer.writerow([*(_cell(row[name]) for name in _COLUMNS), late])
    return text.getvalue()


async def review(look: Look, unit: str, seen: str) -> None:
    """Note that the asker found the rights of a unit's people to be right; not his own.

    `seen` is the digest of the list that he was shown.

    Raises:
        TooLateError: the list is another one by now.
        NotFoundError: there is nobody of that unit whom he may review.
        ConfirmFirstError, LinkFirstError: he proved too long ago who he is.
    """
    if look.asker.role not in REVIEWS:
        raise NotFoundError
    await require_proof(look.parts, look.asker)
    rows = await _rights(look)
    of_unit = [each for each in groups(rows, look.now) if each.name == unit]
    if not of_unit:
        raise NotFoundError
    if of_unit[0].digest != seen:
        raise TooLateError("refused.rights_changed")
    people = [row["person"] for row in of_unit[0].people]
    entry = Entry("change", f"rights:{unit}", reason="reviewed")
    async with look.acting(entry) as transaction:
        row = await transaction.one(QUERIES["rights_review"], people=people)
        if not row["reviewed"]:
            raise NotFoundError


async def overdue_number(transaction: Transaction, asker: Asker, now: datetime) -> int:
    """Count those whom the asker should review by now; 0 for who reviews nobody."""
    if asker.role not in REVIEWS:
        return 0
    rows = await transaction.all(QUERIES["rights"])
    others = (row for row in rows if row["person"] != asker.person)
    return sum(overdue(row, now) for row in others)


async def _rights(look: Look) -> list[Row]:
    if look.asker.role not in SEES:
        raise NotFoundError
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        return await transaction.all(QUERIES["rights"])


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)
