"""What is to be done besides the open incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from collector.database import Transaction
from dashboard.due import Due, dated, undrilled
from dashboard.page import QUERIES, Look, View
from dashboard.place import Blind
from dashboard.quiet import groups_of
from dashboard.right import overdue_number
from dashboard.stand import places_stand
from dashboard.upkeep import SHOWN, Task, tasks

ASIDE_SHOWN = timedelta(days=7)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class BlindDevice:
    """A device that does not watch, and where."""

    place: Row
    reason: Blind


@dataclass(frozen=True)
class Todo:
    """The list, in the order of the page.

    `drills` are places that went without an exercise for too long, `windows` those
    which ended and held something back.
    """

    blind: tuple[BlindDevice, ...]
    upkeep: tuple[Task, ...]
    dated: tuple[Due, ...]
    drills: tuple[Row, ...]
    windows: tuple[Row, ...]
    set_aside: tuple[Row, ...]
    untimed: tuple[Row, ...]
    unreached: tuple[Row, ...]  # who did not answer that a channel reaches him
    rights: int  # people whose rights are to be reviewed

    @property
    def number(self) -> int:
        """How many lines the list has."""
        lists = (self.blind, self.upkeep, self.dated, self.windows, self.set_aside)
        number = sum(map(len, lists)) + len(self.untimed) + len(self.unreached)
        return number + bool(self.drills) + (self.rights > 0)


async def todo_view(look: Look) -> View:
    """Read all that is to be done in the asker's unit."""
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        stand = await places_stand(transaction, (), look.now)
        found = await todo(
            transaction, look, [(site, stands.blind) for site, stands in stand]
        )
    return View(
        partial="todo.html",
        title=look.words("todo.title"),
        address="/todo",
        values={"tasks": found},
    )


async def todo(
    transaction: Transaction, look: Look, places: Sequence[tuple[Row, Sequence[Blind]]]
) -> Todo:
    """Read what is to be done at these places, given why each is blind."""
    since = look.now - ASIDE_SHOWN
    aside = await transaction.all(QUERIES["set_aside"], since=since)
    untimed = await transaction.all(QUERIES["untimed"], since=since)
    upkeep = await transaction.all(QUERIES["upkeep"], since=look.now - SHOWN)
    sites = {site["site"]: site for site, _ in places}
    drilled = await transaction.all(QUERIES["exercised"])
    return Todo(
        blind=tuple(
            BlindDevice(site, reason) for site, reasons in places for reason in reasons
        ),
        upkeep=tasks(upkeep, sites, look.parts.inventory),
        dated=tuple(dated(look.parts.inventory, sites.values(), look.now)),
        drills=tuple(undrilled(sites.values(), drilled, look)),
        windows=tuple(
            {**row, "place": sites[row["site"]], "groups": groups_of(row["kinds"])}
            for row in await transaction.all(QUERIES["windows_over"], since=since)
            if row["site"] in sites
        ),
        set_aside=tuple(aside),
        untimed=tuple(
            {**each, "place": sites[each["site"]]}
            for each in untimed
            if each["site"] in sites
        ),
        unreached=(*await transaction.all(QUERIES["unreached"], since=since),),
        rights=await overdue_number(transaction, look.asker, look.now),
    )
