"""Keeps book of the numbers that came: each once, whatever comes again or late.

By frame: records are looked at one by one only where a number came before. The first
record under a number stays; another one under it has no effect and is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from collector.database import Transaction, jsonb
from collector.intake import number
from collector.intake.ingest import Heard
from collector.intake.line import Lines, lines_of
from collector.intake.number import Run
from collector.intake.row import EventRow, RecordName
from collector.intake.said import is_same, said_by, stored_before
from collector.query import Queries
from sites.health import ClockChanged, Heartbeat, RecordsDropped, RunStarted

_QUERIES = Queries(Path(__file__).parent / "sql")
LaneName = tuple[str, str, str]  # device, run, lane
_OWN = {RunStarted, RecordsDropped, ClockChanged, Heartbeat}


@dataclass(frozen=True)
class Ledger:
    """What the numbers of a batch say.

    `rows` are those whose number came for the first time, each once, and `lines` the
    same as they are stored; `fresh` are the digests of the frames that brought such a
    number, `own` the rows in which a device speaks of
    itself. `taken` gives, by the digest of its frame, a row whose number another record
    has. `again` and `late` count records that came before, and those that came after
    later ones.
    """

    rows: tuple[EventRow, ...] = ()
    lines: tuple[Lines, ...] = ()
    fresh: frozenset[str] = frozenset()
    own: tuple[EventRow, ...] = ()
    taken: Mapping[str, EventRow] = field(default_factory=dict)
    again: int = 0
    late: int = 0


class _Met(NamedTuple):
    """A lane of which numbers were there already, or later ones."""

    device: str
    run: str
    lane: str
    twice: str
    reach: int


_LEDGER = _QUERIES.of("ledger", _Met)


async def note(transaction: Transaction, heard: Sequence[Heard]) -> Ledger:
    """Note the numbers of these frames; their lanes stay locked until the commit."""
    heard = [frame for frame in heard if frame.numbers]
    if not heard:
        return Ledger()
    own = [row for one in heard for row in one.rows if type(row.record) in _OWN]
    lanes = _lanes(heard, own)
    for met in await transaction.all(_LEDGER, rows=jsonb(_asked(lanes))):
        lanes[met.device, met.run, met.lane].meet(number.read(met.twice), met.reach)
    sorting = _Sorting.of(heard, lanes)
    differing = await sorting.differing(transaction)
    for _, row in differing:
        lanes[row.name[:3]].again -= 1
    void = {id(row) for _, row in differing}
    facts = _facts([row for row in own if id(row) not in void], lanes)
    if facts:
        await transaction.run(_QUERIES["ledger_told"], rows=jsonb(facts))
    old = {id(row) for _, row in sorting.again}
    return Ledger(
        tuple(sorting.rows),
        tuple(sorting.lines),
        frozenset(sorting.fresh),
        tuple(row for row in own if id(row) not in old),
        {frame.digest: row for frame, row in reversed(differing)},
        sum(lane.again for lane in lanes.values()),
        sum(lane.late for lane in lanes.values()),
    )


@dataclass
class _Lane:
    """A lane in this batch: what came of it, and what of that was there."""

    unit: str
    site: str
    runs: list[Run] = field(default_factory=list)
    came: list[Run] = field(default_factory=list)
    twice: list[Run] = field(default_factory=list)
    here: int = 0  # came more than once in this batch
    again: int = 0
    late: int = 0

    def join(self) -> None:
        """Learn what all of its frames brought together."""
        self.came = number.union(self.runs)
        self.here = self.again = number.size(self.runs) - number.size(self.came)

    def meet(self, twice: list[Run], reach: int) -> None:
        """Learn what was there, and how far that went."""
        self.twice = twice
        self.again += number.size(twice)
        self.late = number.below(self.came, reach) - number.size(twice)

    def is_new(self, frame: Heard) -> bool:
        """Tell whether no number of a frame of this lane came before."""
        if self.here:
            return False
        return not self.twice or not any(
            number.touches(self.twice, *run) for run in frame.numbers
        )


Lanes = Mapping[LaneName, _Lane]


def _lanes(heard: Iterable[Heard], own: Iterable[EventRow]) -> Lanes:
    """Give every lane that is to be locked: also those of runs that have ended."""
    lanes: dict[LaneName, _Lane] = {}
    for frame in heard:
        name = _lane_of(frame)
        lane = lanes.get(name)
        if lane is None:
            lane = lanes[name] = _Lane(frame.known.unit, frame.known.site)
        lane.runs += frame.numbers
    for row in own:
        for name, _ in _ended(row):
            lanes.setdefault(name, _Lane(row.unit, row.site))
    for lane in lanes.values():
        lane.join()
    return lanes


def _asked(lanes: Lanes) -> list[dict[str, object]]:
    return [
        {
            "device": device,
            "run": run,
            "lane": name,
            "unit": lane.unit,
            "site": lane.site,
            "seen": number.written(lane.came),
        }
        for (device, run, name), lane in lanes.items()
    ]


@dataclass(frozen=True)
class _Sorting:
    """The rows of a batch: new ones, and those whose number came before."""

    rows: list[EventRow] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    fresh: set[str] = field(default_factory=set)
    first: dict[RecordName, EventRow] = field(default_factory=dict)
    again: list[tuple[Heard, EventRow]] = field(default_factory=list)

    @staticmethod
    def of(heard: Iterable[Heard], lanes: Lanes) -> "_Sorting":
        sorting = _Sorting()
        for frame in heard:
            lane = lanes[_lane_of(frame)]
            if lane.is_new(frame):
                sorting.rows.extend(frame.rows)
                sorting.lines.append(frame.lines)
                sorting.fresh.add(frame.digest)
                continue
            new = sorting._one_by_one(frame, lane)
            sorting.rows.extend(new)
            sorting.lines.append(lines_of(new))
            if any(not number.holds(lane.twice, *run) for run in frame.numbers):
                sorting.fresh.add(frame.digest)
        return sorting

    def _one_by_one(self, frame: Heard, lane: _Lane) -> list[EventRow]:
        new = []
        for row in frame.rows:
            there = number.holds(lane.twice, row.seq, row.seq)
            if there or row.name in self.first:
                self.again.append((frame, row))
            else:
                self.first[row.name] = row
                new.append(row)
        return new

    async def differing(self, transaction: Transaction) -> list[tuple[Heard, EventRow]]:
        """Give the rows that differ from what came first under their number.

        A number without a row has nothing to differ from: it is that of a record that
        was left out, or was kept as long as it may.
        """
        asked = [row for _, row in self.again if row.name not in self.first]
        stored = await stored_before(transaction, asked)
        differing = []
        for frame, row in self.again:
            first = self.first.get(row.name)
            before = [said_by(first)] if first is not None else stored[row.name]
            if before and not any(is_same(row, one) for one in before):
                differing.append((frame, row))
        return differing


def _ended(row: EventRow) -> list[tuple[LaneName, int]]:
    """Give the lanes of the run before, with the last number that each had."""
    started = row.record
    if not isinstance(started, RunStarted) or started.previous in {None, row.run}:
        return []
    lasts = (("al", started.last_al), ("up", started.last_up))
    run = str(started.previous)
    return [((row.device, run, lane), last) for lane, last in lasts if last]


def _facts(own: Iterable[EventRow], lanes: Lanes) -> list[dict[str, object]]:
    facts = [
        _fact(name, again=lane.again, late=lane.late)
        for name, lane in lanes.items()
        if lane.again or lane.late
    ]
    for row in own:
        record = row.record
        if isinstance(record, RecordsDropped) and 0 < record.first <= record.last:
            gone = number.written([(record.first, record.last)])
            facts.append(_fact(row.name[:3], dropped=gone))
        for name, last in _ended(row):
            facts.append(_fact(name, last=last, successor=row.run))
    return facts


def _fact(name: LaneName, **told: object) -> dict[str, object]:
    return {**_named(name), "dropped": "{}", "again": 0, "late": 0, **told}


def _lane_of(frame: Heard) -> LaneName:
    return frame.known.device, frame.header.run, frame.header.lane


def _named(name: LaneName) -> dict[str, object]:
    return dict(zip(("device", "run", "lane"), name, strict=True))
