"""The unit page: what stands open, the places, and what is to be done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from collector.database import Transaction
from dashboard.flood import REACH, Flood, flood_of, flooded_since, hidden
from dashboard.page import QUERIES, Look, View
from dashboard.place import (
    DeviceSeen,
    Standing,
    WayLost,
    silent_since,
    standing,
)
from dashboard.stand import devices_by_site
from dashboard.strip import (
    DAY,
    Lasted,
    Mark,
    Span,
    Stretch,
    Strip,
    Switch,
    day_strip,
    spans,
)
from dashboard.todo import todo
from dashboard.verified import with_verdict

Row = Mapping[str, Any]
ARMING_KNOWN = timedelta(days=8)


@dataclass(frozen=True)
class Now:
    """What is going on at a station, told by its own records."""

    armed: bool | None
    since: datetime | None
    doors_open: tuple[int | None, ...]


@dataclass(frozen=True)
class PlaceRow:
    """A place as one line of the page; `strip` None for a kit, which shares nothing."""

    site: Row
    standing: Standing
    incident: Row | None
    now: Now | None
    ways_lost: tuple[WayLost, ...]
    strip: Strip | None


@dataclass(frozen=True)
class _Day:
    """What happened within a stretch, by site; of switches what went before as well."""

    stretch: Stretch
    marks: defaultdict[str, list[Mark]]
    switches: defaultdict[str, list[Row]]
    silences: defaultdict[str, list[Span]]
    deaf: list[Span]


async def unit_view(look: Look) -> View:
    """Read everything that the unit page shows, in one transaction."""
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        unit = await transaction.maybe(QUERIES["unit"], unit=look.asker.unit)
        incidents = await open_incidents(transaction, look)
        flood = await flood_in(transaction, look, incidents)
        resolved = await transaction.all(
            QUERIES["incidents_resolved"], since=look.now - DAY
        )
        day = await _read_day(transaction, Stretch(look.now - DAY, look.now))
        places = await _places(transaction, day, incidents)
        tasks = await todo(
            transaction, look, [(row.site, row.standing.blind) for row in places]
        )
    name = look.words.text(unit["name"]) if unit else ""
    return View(
        partial="unit.html",
        title=look.words("unit.title", unit=name),
        address="/",
        values={
            "place_name": look.words("unit.title", unit=name),
            "incidents": [
                each
                for each in incidents
                if flood is None or not hidden(each, flood.since)
            ],
            "flood": flood,
            "resolved": resolved,
            "places": places,
            "deaf": day.deaf,
            "tasks": tasks,
        },
        homes=homes_of(incidents) | homes_of(resolved),
    )


async def open_incidents(transaction: Transaction, look: Look) -> list[dict[str, Any]]:
    """Give the open incidents, worst first, each with its verdict."""
    rows = await transaction.all(QUERIES["incidents_open"], role=look.asker.role)
    return [with_verdict(row) for row in rows]


async def flood_in(
    transaction: Transaction, look: Look, incidents: Sequence[Row]
) -> Flood | None:
    """Give the flood that the asker's unit is in; None: it is in none."""
    unit = look.asker.unit
    opened = await transaction.all(
        QUERIES["incidents_opened"], unit=unit, since=look.now - REACH
    )
    since = flooded_since([row["opened"] for row in opened], look.now)
    if since is None:
        return None
    figures = await transaction.one(QUERIES["flood"], unit=unit, since=since)
    return flood_of(incidents, since, figures)


def homes_of(incidents: Iterable[Row]) -> frozenset[str]:
    """Give the homes at which these incidents were."""
    return frozenset(row["site"] for row in incidents if row["site_kind"] == "home")


async def _places(
    transaction: Transaction, day: _Day, incidents: Sequence[Row]
) -> list[PlaceRow]:
    devices = await devices_by_site(transaction)
    rows = []
    for site in await transaction.all(QUERIES["sites"]):
        own = [
            each
            for each in incidents
            if each["site"] == site["site"] and not each["exercise"]
        ]
        rows.append(_place(site, devices.get(site["site"], ()), own, day))
    return sorted(rows, key=_place_order)


async def _read_day(transaction: Transaction, stretch: Stretch) -> _Day:
    day = _Day(stretch, defaultdict(list), defaultdict(list), defaultdict(list), [])
    since, until = stretch.since, stretch.until
    for row in await transaction.all(QUERIES["day_marks"], since=since, until=until):
        day.marks[row.pop("site")].append(Mark(**row))
    known = until - ARMING_KNOWN
    for row in await transaction.all(QUERIES["day_switches"], since=known, until=until):
        day.switches[row["site"]].append(row)
    for row in await transaction.all(QUERIES["silences"], since=since):
        day.silences[row["site"]].append((row["since"], row["until"] or until))
    day.deaf.extend(await deaf_spans(transaction, stretch))
    return day


async def deaf_spans(transaction: Transaction, stretch: Stretch) -> list[Span]:
    """Give the times within a stretch in which no collector listened."""
    since, until = stretch.since, stretch.until
    return [
        (max(row["since"], since), min(row["until"], until))
        for row in await transaction.all(QUERIES["deaf"], since=since, until=until)
    ]


def _place(
    site: Row, devices: Sequence[DeviceSeen], own: Sequence[Row], day: _Day
) -> PlaceRow:
    now = day.stretch.until
    stands = standing(devices, [each["priority"] for each in own], now)
    station = site["kind"] == "station"
    return PlaceRow(
        site=site,
        standing=stands,
        incident=own[0] if own else None,
        now=going_on(day.switches[site["site"]]) if station else None,
        ways_lost=_ways_lost(devices, now),
        strip=_strip(site, stands, day) if station else None,
    )


def _strip(site: Row, stands: Standing, day: _Day) -> Strip:
    here, stretch = site["site"], day.stretch
    switches = day.switches[here]
    blind = [*day.silences[here], *day.deaf, *blind_spans(switches, stands, stretch)]
    lasted = Lasted(
        armed_spans(switches, stretch), blind, nuisance_spans(switches, stretch)
    )
    return day_strip(day.marks[here], lasted, stretch, site["time_zone"])


def _place_order(row: PlaceRow) -> tuple[int, bool, str]:
    return row.standing.rank, row.site["kind"] == "home", row.site["site"]


def _ways_lost(devices: Iterable[DeviceSeen], now: datetime) -> tuple[WayLost, ...]:
    # Of a device that is silent altogether its paths tell nothing more.
    return tuple(
        way
        for device in devices
        if silent_since(device, now) is None
        for way in device.ways_lost
    )


def going_on(switches: Sequence[Row]) -> Now:
    """Tell from the last switches whether it is armed and which doors stand open."""
    armed: bool | None = None
    since: datetime | None = None
    doors: dict[tuple[str, int | None], Row] = {}
    for row in switches:
        if row["kind"].startswith("panel."):
            armed, since = row["kind"] == "panel.armed", row["at"]
        elif row["kind"].startswith("contact."):
            doors[(row["device"], row["sensor"])] = row
    standing_open = (row for row in doors.values() if row["kind"] == "contact.opened")
    return Now(armed, since, tuple(row["zone"] for row in standing_open))


def armed_spans(switches: Iterable[Row], stretch: Stretch) -> dict[str, list[Span]]:
    """Give when each device's panel was armed."""
    panels: dict[str, list[Switch]] = defaultdict(list)
    for row in switches:
        if row["kind"].startswith("panel."):
            panels[row["device"]].append(
                Switch(row["at"], row["kind"] == "panel.armed")
            )
    return {device: spans(each, stretch) for device, each in panels.items()}


def nuisance_spans(switches: Iterable[Row], stretch: Stretch) -> list[Span]:
    """Give when rain, insects or leaves were before a camera of a place."""
    cameras: dict[tuple[str, int | None, int | None], list[Switch]] = defaultdict(list)
    for row in switches:
        if row["kind"].startswith("nuisance."):
            key = (row["device"], row["sensor"], row["zone"])
            cameras[key].append(Switch(row["at"], row["kind"] == "nuisance.started"))
    return [span for each in cameras.values() for span in spans(each, stretch)]


def blind_spans(
    switches: Iterable[Row], stands: Standing, stretch: Stretch
) -> list[Span]:
    """Give when a place was blind: cameras that were lost, and silence now."""
    cameras: dict[tuple[str, int | None], list[Switch]] = defaultdict(list)
    for row in switches:
        if row["kind"].startswith("camera."):
            lost = row["kind"] == "camera.lost"
            cameras[(row["device"], row["sensor"])].append(Switch(row["at"], lost))
    found = [span for each in cameras.values() for span in spans(each, stretch)]
    found.extend(
        (max(reason.since, stretch.since), stretch.until)
        for reason in stands.blind
        if reason.since is not None
    )
    return found
