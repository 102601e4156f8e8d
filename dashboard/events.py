"""All that happened at a station, page by page, the latest first."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from collector.database import Transaction
from collector.query import Row
from dashboard.detail import EVENTS_MOST, told
from dashboard.errors import NotFoundError
from dashboard.page import QUERIES, Look, View
from dashboard.site import site_row

_CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})-([a-z2-7]{16})-([\w-]{1,80})-(al|up)")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REACHES = tuple(timedelta(hours=6) * 8**step for step in range(7))  # to 179 years


@dataclass(frozen=True)
class Cursor:
    """A record in the order of these pages; the next page begins behind it.

    Records of one moment are told apart by their names, so that none of them is on two
    pages, or on none.
    """

    at: datetime
    seq: int = 0
    device: str = ""
    run: str = ""
    lane: str = ""

    @classmethod
    def of(cls, text: str, now: datetime) -> "Cursor":
        """Read what an address asks for; nonsense gives the present."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return cls(now)
        at, seq, device, run, lane = found.groups()
        try:
            return cls(_BEGIN + int(at) * _MICROSECOND, int(seq), device, run, lane)
        except OverflowError:
            return cls(now)

    def __str__(self) -> str:
        at = (self.at - _BEGIN) // _MICROSECOND
        return f"{at}-{self.seq}-{self.device}-{self.run}-{self.lane}"


async def events_view(look: Look, site: str, before: str) -> View:
    """Read one page of what happened at a place before a cursor.

    Raises:
        NotFoundError: there is no such place, the asker may not see it, or it is a kit,
            which shares nothing of the sort.
    """
    cursor = Cursor.of(before, look.now)
    asked = f"?before={cursor}" if cursor.device else ""
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await site_row(transaction, site)
        if row["kind"] != "station":
            raise NotFoundError
        zones = await transaction.all(QUERIES["zones"], site=site)
        found = await _before(transaction, site, cursor)
    shown, more = found[:EVENTS_MOST], found[EVENTS_MOST:]
    last = shown[-1] if more else None
    name = look.words.place(row["kit"], row["name"])
    return View(
        partial="site_events.html",
        title=f"{name}: {look.words('events.title')}",
        address=f"/site/{site}/events{asked}",
        values={
            "site": row,
            "name": name,
            "station": {
                "zones": {zone["number"]: zone for zone in zones},
                "events": told(look.words, shown[::-1]),
            },
            "later": bool(asked),
            "older": last and str(Cursor(*(last[key] for key in _NAME))),
        },
        zone=row["time_zone"],
    )


_NAME = ("at", "seq", "device", "run", "lane")


async def _before(transaction: Transaction, site: str, cursor: Cursor) -> list[Row]:
    """Give one record more than a page has.

    The database sorts all that it may look at: so it looks no further back than it has
    to, however long everything is kept.
    """
    found: list[Row] = []
    for reach in _REACHES:
        since = max(cursor.at - reach, _BEGIN)
        found = await transaction.all(
            QUERIES["events_before"],
            site=site,
            most=EVENTS_MOST + 1,
            since=since,
            **asdict(cursor),
        )
        if len(found) > EVENTS_MOST or since == _BEGIN:
            break
    return found
