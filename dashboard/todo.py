"""What is to be done besides the open incidents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector.database import Transaction
from dashboard.page import QUERIES, Look
from dashboard.place import Blind
from dashboard.right import overdue_number
from dashboard.upkeep import SHOWN, Task, tasks
from sites.inventory import Inventory

ASIDE_SHOWN = timedelta(days=7)
JUDGE_BEFORE_DAYS = 30
JUDGE_AFTER_DAYS = 90

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SafeguardDue:
    """A safeguard whose effect is to be judged; `days` below zero: late."""

    site: str
    what: Mapping[str, str]
    on: date
    days: int


@dataclass(frozen=True)
class BlindDevice:
    """A device that does not watch, and where."""

    place: Row
    reason: Blind


@dataclass(frozen=True)
class Todo:
    """The list, in the order of the page."""

    blind: tuple[BlindDevice, ...]
    upkeep: tuple[Task, ...]
    safeguards: tuple[SafeguardDue, ...]
    set_aside: tuple[Row, ...]
    untimed: tuple[Row, ...]
    rights: int  # people whose rights are to be reviewed

    @property
    def number(self) -> int:
        """How many lines the list has."""
        lists = (self.blind, self.upkeep, self.safeguards, self.set_aside, self.untimed)
        return sum(map(len, lists)) + (self.rights > 0)


async def todo(
    transaction: Transaction, look: Look, places: Sequence[tuple[Row, Sequence[Blind]]]
) -> Todo:
    """Read what is to be done at these places, given why each is blind."""
    since = look.now - ASIDE_SHOWN
    aside = await transaction.all(QUERIES["set_aside"], since=since)
    untimed = await transaction.all(QUERIES["untimed"], since=since)
    upkeep = await transaction.all(QUERIES["upkeep"], since=look.now - SHOWN)
    sites = {site["site"]: site for site, _ in places}
    return Todo(
        blind=tuple(
            BlindDevice(site, reason) for site, reasons in places for reason in reasons
        ),
        upkeep=tasks(upkeep, sites, look.parts.inventory),
        safeguards=tuple(safeguards_due(look.parts.inventory, sites, look.now)),
        set_aside=tuple(aside),
        untimed=tuple(
            {**each, "place": sites[each["site"]]}
            for each in untimed
            if each["site"] in sites
        ),
        rights=await overdue_number(transaction, look.asker, look.now),
    )


def safeguards_due(
    inventory: Inventory, sites: Iterable[str], now: datetime
) -> list[SafeguardDue]:
    """Give the safeguards of these sites that are to be judged soon, latest first.

    Only sites that the store has just shown to the asker: the walls decide.
    """
    found = []
    for name in sites:
        site = inventory.sites.get(name)
        if site is None:
            continue
        today = now.astimezone(ZoneInfo(site.time_zone)).date()
        for each in site.safeguards:
            days = (each.judge_on - today).days
            if -JUDGE_AFTER_DAYS <= days <= JUDGE_BEFORE_DAYS:
                found.append(
                    SafeguardDue(name, each.what.model_dump(), each.judge_on, days)
                )
    return sorted(found, key=lambda due: (due.on, due.site))
