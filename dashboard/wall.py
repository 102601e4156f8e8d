"""What hangs on a wall: read from six metres by whoever passes, so no kit is named."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.page import QUERIES, Look, View
from dashboard.place import ORDER, Standing, State
from dashboard.stand import places_stand
from dashboard.unit import flood_in, open_incidents

Row = Mapping[str, Any]

LINES_MOST = 5  # what fits on a screen in letters that can be read from there


@dataclass(frozen=True)
class Line:
    """One line: an incident of a station, or a number of kits where the same goes on.

    `row` is the (first) incident; None: nobody looks at the place, without incident.
    """

    state: State
    kits: int
    place: Row | None
    row: Row | None
    since: datetime | None


@dataclass(frozen=True)
class Wall:
    """All lines, and how many places are fine."""

    lines: tuple[Line, ...]
    stations: int
    kits: int

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines that fit: worst first, so that no other is left out for them."""
        return self.lines[:LINES_MOST]

    @property
    def left_out(self) -> int:
        """How many lines do not fit."""
        return len(self.lines) - len(self.shown)


def wall_of(incidents: Sequence[Row], places: Iterable[tuple[Row, Standing]]) -> Wall:
    """Put the lines in order, kits under one number wherever the same is told of them.

    `incidents` come worst first; `places` are all, each with how it stands.
    """
    places = list(places)
    told = [*_of_incidents(incidents), *_of_blind(incidents, places)]
    fine = [place for place, stands in places if stands.states == ("calm",)]
    kits = sum(place["kind"] == "home" for place in fine)
    lines = sorted(told, key=lambda line: ORDER.index(line.state))
    return Wall(tuple(lines), len(fine) - kits, kits)


def _of_incidents(incidents: Iterable[Row]) -> Iterable[Line]:
    for rows in _grouped(incidents, _same):
        row = rows[0]
        kit = row["site_kind"] != "station"
        since = min(each["opened"] for each in rows)
        yield Line(row["priority"], len(rows) if kit else 0, row, row, since)


def _of_blind(
    incidents: Iterable[Row], places: Iterable[tuple[Row, Standing]]
) -> Iterable[Line]:
    known = {row["site"] for row in incidents}
    blind = [
        {**place, "since": _since(stands)}
        for place, stands in places
        if stands.blind and place["site"] not in known
    ]
    for rows in _grouped(blind, lambda row: row["kind"] == "home" or row["site"]):
        kits = len(rows) if rows[0]["kind"] == "home" else 0
        since = None if kits > 1 else rows[0]["since"]
        yield Line("blind", kits, rows[0], None, since)


def _same(row: Row) -> Hashable:
    """Tell what is one line: each incident of a station, and of kits what is alike."""
    if row["site_kind"] == "station":
        return int(row["incident"])
    alike = (row["priority"], row["title"]["nl"], row["state"], row["verified"])
    return (*alike, row["owner_role"], row["exercise"])


def _since(stands: Standing) -> datetime | None:
    return min((one.since for one in stands.blind if one.since), default=None)


def _grouped(
    rows: Iterable[Row], same: Callable[[Row], Hashable]
) -> Iterable[list[Row]]:
    found: dict[Hashable, list[Row]] = {}
    for row in rows:
        found.setdefault(same(row), []).append(row)
    return found.values()


async def wall_view(look: Look) -> View:
    """Read what the wall of a unit shows."""
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        unit = await transaction.maybe(QUERIES["unit"], unit=look.asker.unit)
        incidents = await open_incidents(transaction, look)
        flood = await flood_in(transaction, look, incidents)
        places = await places_stand(transaction, incidents, look.now)
    hidden = {each["incident"] for each in flood.shown} if flood else set()
    shown = [each for each in incidents if each["incident"] not in hidden]
    name = look.words.text(unit["name"]) if unit else ""
    return View(
        partial="wall.html",
        title=look.words("wall.title", unit=name),
        address="/wall",
        values={"wall": wall_of(shown, places), "flood": flood, "unit": name},
    )
