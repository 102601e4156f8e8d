"""The windows of a place in which some kinds open nothing: seen, begun, ended early."""

from datetime import datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from collector.database import Transaction
from collector.keep.audit import Entry
from collector.query import Row
from dashboard.errors import FieldError, NotFoundError, TooLateError
from dashboard.form import Fields
from dashboard.page import QUERIES, Look, View
from dashboard.quiet import GROUPS, groups_at, groups_of
from dashboard.site import site_row

Why = Literal["works", "maintenance", "cleaning", "delivery", "weather", "test"]

HOURS = (1, 2, 4, 8, 12, 24)
FARTHEST = timedelta(days=30)
SHOWN = 20


async def suppressions_view(look: Look, site: str) -> View:
    """Read what is suppressed at a place, and was.

    Raises:
        NotFoundError: there is no such place, or the asker may not see it.
    """
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await site_row(transaction, site)
        zones = await transaction.all(QUERIES["zones"], site=site)
        windows = await transaction.all(QUERIES["suppressions"], site=site, most=SHOWN)
    name = look.words.place(row["kit"], row["name"])
    return View(
        partial="suppressions.html",
        title=f"{name}: {look.words('suppression.title')}",
        address=f"/site/{site}/suppressions",
        values={
            "site": row,
            "name": name,
            "zones": {zone["number"]: zone for zone in zones},
            "windows": [{**one, "groups": groups_of(one["kinds"])} for one in windows],
            "groups": groups_at(row["kind"]),
            "hours": HOURS,
            "whys": get_args(Why),
        },
        zone=row["time_zone"],
    )


async def suppress(look: Look, site: str, fields: Fields) -> None:
    """Begin a window at a place, in the asker's name.

    Raises:
        FieldError: it names no kind, no reason, or no time within the next month.
        NotFoundError: there is no such place or zone, or the asker may not see it.
    """
    why, hours = fields.word("why"), fields.word("hours")
    if why not in get_args(Why) or hours not in map(str, HOURS):
        raise FieldError
    entry = Entry("change", "suppression:new", f"site:{site}", reason=why)
    async with look.acting(entry) as transaction:
        row = await site_row(transaction, site)
        kinds = [
            kind
            for group in groups_at(row["kind"])
            if fields.maybe(f"group-{group}")
            for kind in GROUPS[group]
        ]
        if not kinds:
            raise FieldError("refused.no_kinds")
        since = _since(fields.maybe("since"), row["time_zone"], look.now)
        await transaction.run(
            QUERIES["suppress"],
            unit=row["unit"],
            site=site,
            zone=await _zone(transaction, site, fields.maybe("zone")),
            kinds=kinds,
            why=why,
            since=since,
            until=since + timedelta(hours=int(hours)),
            person=look.asker.person,
        )
        await transaction.notify("site", row["unit"])


async def end(look: Look, site: str, suppression: int) -> None:
    """End a window of a place now.

    Raises:
        TooLateError: it is over already.
        NotFoundError: there is none, or the asker may not see it.
    """
    entry = Entry(
        "change", f"suppression:{suppression}", f"site:{site}", reason="ended"
    )
    async with look.acting(entry) as transaction:
        row = await site_row(transaction, site)
        named = {"suppression": suppression, "site": site}
        if not await transaction.maybe(QUERIES["suppression"], **named):
            raise NotFoundError
        ended = await transaction.run(
            QUERIES["suppression_end"], **named, person=look.asker.person, now=look.now
        )
        if not ended:
            raise TooLateError("refused.window_over")
        await transaction.notify("site", row["unit"])


def _since(given: str, zone: str, now: datetime) -> datetime:
    """Read a time at the place; none is now."""
    if not given:
        return now
    try:
        local = datetime.fromisoformat(given)
    except ValueError:
        raise FieldError("refused.window_time") from None
    if local.tzinfo is not None:
        raise FieldError("refused.window_time")
    since = local.replace(tzinfo=ZoneInfo(zone))
    if not now - timedelta(minutes=1) <= since <= now + FARTHEST:
        raise FieldError("refused.window_time")
    return max(since, now)


async def _zone(transaction: Transaction, site: str, given: str) -> int | None:
    if not given:
        return None
    zones: list[Row] = await transaction.all(QUERIES["zones"], site=site)
    for zone in zones:
        if str(zone["number"]) == given:
            return int(zone["number"])
    raise NotFoundError
