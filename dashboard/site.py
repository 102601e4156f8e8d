"""A site page: the plan, the time line, measurements, health, incidents."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector.database import Transaction
from collector.keep import series
from collector.query import Row
from dashboard.detail import EVENTS_MOST, told
from dashboard.errors import NotFoundError
from dashboard.lanes import Frame, draw
from dashboard.page import QUERIES, Look, View
from dashboard.place import DeviceSeen, Standing, WayLost, silent_since, standing
from dashboard.plan import HEIGHT, WIDTH, Area, Present, areas
from dashboard.quiet import lasting
from dashboard.stand import cameras_lost
from dashboard.strip import Span, Stretch
from dashboard.unit import (
    ARMING_KNOWN,
    armed_spans,
    deaf_spans,
    going_on,
)
from dashboard.verified import with_verdict

SPANS: Mapping[str, timedelta] = {
    "hours": timedelta(hours=6),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
BINS: Mapping[str, timedelta] = {
    "hours": timedelta(minutes=1),
    "day": timedelta(minutes=5),
    "week": timedelta(hours=1),
}
BACK_MOST = 400
DIGITS = re.compile(r"[0-9]{1,4}")
SITE_MOST = 60


@dataclass(frozen=True)
class Window:
    """Which stretch of time a person looks at; `back` spans before the present."""

    span: str
    back: int

    @classmethod
    def of(cls, span: str, back: str) -> "Window":
        """Read what an address asks for; nonsense gives the present day."""
        number = int(back) if DIGITS.fullmatch(back) else 0
        return cls(span if span in SPANS else "day", min(number, BACK_MOST))

    def stretch(self, now: datetime) -> Stretch:
        """Give the stretch itself."""
        length = SPANS[self.span]
        until = now - length * self.back
        return Stretch(until - length, until)

    @property
    def bin(self) -> timedelta:
        """How much one point of a chart stands for."""
        return BINS[self.span]

    @property
    def week(self) -> int:
        """How many weeks before the present the one is that holds the end of it."""
        return SPANS[self.span] * self.back // SPANS["week"]


@dataclass(frozen=True)
class DeviceHealth:
    """One device and how it is; `late_s`: so much its clock is behind ours."""

    number: int
    seen: DeviceSeen
    silent_since: datetime | None
    heartbeat: Mapping[str, Any]
    ways: tuple[Row, ...]
    late_s: float | None


@dataclass(frozen=True)
class _Seen:
    """Which time of a place is looked at, and how well we saw it."""

    window: Window
    health: Sequence[DeviceHealth]
    deaf: Sequence[Span]


async def site_view(look: Look, site: str, window: Window) -> View:
    """Read everything that the page of one place shows.

    Raises:
        NotFoundError: there is none, or the asker may not see it.
    """
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await site_row(transaction, site)
        incidents = await transaction.all(QUERIES["site_incidents"], site=site)
        health = await _health(transaction, row, look.now)
        stands = _stands(health, incidents, look.now)
        suppressed = await lasting(transaction, site, look.now)
        deaf = await deaf_spans(transaction, window.stretch(look.now))
        values: dict[str, Any] = {"station": None, "deaf": deaf}
        if row["kind"] == "station":
            seen = _Seen(window, health, deaf)
            values["station"] = await _station(transaction, look, row, seen)
    name = look.words.place(row["kit"], row["name"])
    return View(
        partial="site.html",
        title=name,
        address=f"/site/{site}?span={window.span}&back={window.back}",
        values={
            "site": row,
            "name": name,
            "incidents": [with_verdict(each) for each in incidents],
            "health": health,
            "standing": stands,
            "suppressed": suppressed,
            "window": window,
            "spans": tuple(SPANS),
            **values,
        },
        zone=row["time_zone"],
    )


async def site_row(transaction: Transaction, site: str) -> Row:
    """Give a place.

    Raises:
        NotFoundError: there is none, or the asker may not see it.
    """
    if len(site) > SITE_MOST or "\0" in site:
        raise NotFoundError
    row = await transaction.maybe(QUERIES["site"], site=site)
    # The control room sees a place only through an incident that it was given.
    if row is None:
        raise NotFoundError
    return row


async def chart_data(look: Look, site: str, window: Window) -> dict[str, Any]:
    """Give the measurements of a stretch: a bin without any is null, as a hole."""
    stretch = window.stretch(look.now)
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await site_row(transaction, site)
        found = await series.lines(
            transaction,
            site,
            series.Stretch(stretch.since, stretch.until, window.bin, row["time_zone"]),
        )
    return {
        "since": stretch.since.timestamp(),
        "until": stretch.until.timestamp(),
        "bin_s": int(window.bin.total_seconds()),
        "zone": row["time_zone"],
        "series": [
            {
                "quantity": line.quantity,
                "at": [point.at.timestamp() for point in line.points],
                "value": [point.mean for point in line.points],
            }
            for line in found
        ],
    }


async def _health(
    transaction: Transaction, row: Row, now: datetime
) -> tuple[DeviceHealth, ...]:
    site = row["site"]
    ways = await transaction.all(QUERIES["ways"], site=site)
    blind = await cameras_lost(transaction, site)
    found = []
    for number, each in enumerate(
        await transaction.all(QUERIES["devices_of_site"], site=site), start=1
    ):
        own = tuple(way for way in ways if way["device"] == each["device"])
        lost = (way for way in own if way["lost_since"] is not None)
        seen = DeviceSeen.of(
            each,
            (WayLost(way["way"], way["lost_since"]) for way in lost),
            blind.get(each["device"], ()),
        )
        found.append(
            DeviceHealth(
                number=number,
                seen=seen,
                silent_since=silent_since(seen, now),
                heartbeat=each["heartbeat"] or {},
                ways=own,
                late_s=each["clock_offset"],
            )
        )
    return tuple(found)


def _stands(
    health: Sequence[DeviceHealth], incidents: Sequence[Row], now: datetime
) -> Standing:
    standing_open = [
        each["priority"]
        for each in incidents
        if each["state"] != "resolved" and not each["exercise"]
    ]
    return standing([each.seen for each in health], standing_open, now)


async def _events(
    transaction: Transaction, site: str, stretch: Stretch
) -> tuple[list[Row], list[Row]]:
    """Give the switches just before a stretch, and what happened during it."""
    before = await transaction.all(
        QUERIES["site_switches"],
        site=site,
        since=stretch.since - ARMING_KNOWN,
        until=stretch.since,
    )
    during = await transaction.all(
        QUERIES["site_events"], site=site, since=stretch.since, until=stretch.until
    )
    return sorted(before, key=lambda each: each["at"]), during


async def _station(
    transaction: Transaction,
    look: Look,
    row: Row,
    seen: _Seen,
) -> dict[str, Any]:
    site, stretch = row["site"], seen.window.stretch(look.now)
    zones = await transaction.all(QUERIES["zones"], site=site)
    before, during = await _events(transaction, site, stretch)
    events = [*before, *during]
    armed = [span for each in armed_spans(events, stretch).values() for span in each]
    quantities = await transaction.all(
        QUERIES["quantities"],
        site=site,
        since=stretch.since,
        until=stretch.until,
        hours=series.source_of(seen.window.bin) == "hour",
    )
    return {
        "areas": await _areas(transaction, look, site, zones, seen.health),
        "plan_size": (WIDTH, HEIGHT),
        "lanes": draw(
            events,
            [zone["number"] for zone in zones],
            armed,
            Frame(stretch, row["time_zone"], deaf=seen.deaf),
        ),
        "zones": {zone["number"]: zone for zone in zones},
        "events": told(look.words, during),
        "events_most": EVENTS_MOST,
        "unknown": sum(each["kind"] == "unknown" for each in during),
        "now": going_on(events) if seen.window.back == 0 else None,
        "labels": {
            each["quantity"]: look.words(f"quantity.{each['quantity']}")
            for each in quantities
            if each["drawn"]
        },
        "hours_only": not all(each["drawn"] for each in quantities),
        "safeguards": _safeguards(look, row, stretch),
    }


async def _areas(
    transaction: Transaction,
    look: Look,
    site: str,
    zones: Sequence[Row],
    health: Sequence[DeviceHealth],
) -> tuple[Area, ...]:
    sensors = await transaction.all(QUERIES["sensors"], site=site)
    last = await transaction.all(
        QUERIES["site_switches"],
        site=site,
        since=look.now - SPANS["day"],
        until=look.now,
    )
    alarms = await transaction.all(QUERIES["site_alarm_zones"], site=site)
    silent = {
        each.seen.device
        for each in health
        if each.silent_since is not None or each.seen.heard is None
    }
    return areas(
        zones, sensors, Present(last, {a["zone"]: a["urgent"] for a in alarms}, silent)
    )


def _safeguards(look: Look, row: Row, stretch: Stretch) -> list[dict[str, Any]]:
    """Give the safeguards that were put in place during the stretch."""
    site = look.parts.inventory.sites.get(row["site"])
    if site is None:
        return []
    place = ZoneInfo(row["time_zone"])
    found = []
    for each in site.safeguards:
        at = datetime.combine(each.since, time(), place).astimezone(UTC)
        if stretch.holds(at):
            found.append({"x": stretch.x(at), "what": each.what.model_dump()})
    return found
