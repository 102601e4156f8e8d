"""The auditor's page: whether the chain holds, and how often what was done; never what.

What he and the administrator must know stands on both their pages.
"""

from datetime import timedelta

from collector.database import Transaction
from collector.keep.audit import Entry
from collector.query import Row
from dashboard.errors import NotFoundError
from dashboard.page import QUERIES, Look, View

ATTENTION_SHOWN = timedelta(days=31)
COUNTED = timedelta(days=30)
LATE = timedelta(minutes=11)  # two looks through the chain did not come
WATCHERS = frozenset({"auditor", "administrator"})


async def auditor_view(look: Look) -> View:
    """Read everything that the auditor's page shows."""
    since = look.now - COUNTED
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        state = await transaction.one(QUERIES["audit_state"])
        attention = await attention_of(transaction, look)
        sorts = await transaction.all(QUERIES["audit_sorts"], since=since)
        people = await transaction.all(QUERIES["audit_people"], since=since)
    looked = state["looked"]
    return View(
        partial="auditor.html",
        title=look.words("auditor.title"),
        address="/",
        values={
            "place_name": look.words("auditor.title"),
            "state": state,
            "late": looked is None or look.now - looked > LATE,
            "broken": state["broken"],
            "attention": attention,
            "sorts": sorts,
            "people": people,
        },
    )


async def attention_of(transaction: Transaction, look: Look) -> list[Row]:
    """Give what the asker must know, and what was seen of it lately."""
    since = look.now - ATTENTION_SHOWN
    return await transaction.all(QUERIES["attention"], since=since)


async def see(look: Look, attention: int) -> None:
    """Note that the asker has seen it.

    Raises:
        NotFoundError: there is none, somebody saw it already, or it is about him.
    """
    if look.asker.role not in WATCHERS:
        raise NotFoundError
    entry = Entry("change", f"attention:{attention}", reason="seen")
    async with look.acting(entry) as transaction:
        row = await transaction.one(QUERIES["attention_seen"], attention=attention)
        if not row["done"]:
            raise NotFoundError
