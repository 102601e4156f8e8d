"""What the CSO's report says of one place: figures with their N, and no small count."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from dashboard.period import Period
from dashboard.small_number import Cell, to_show

Row = Mapping[str, Any]
Name = tuple[Any, ...]

OUTCOMES = ("real", "false", "nuisance", "test", "itself")
FALSE = frozenset({"false", "nuisance"})
# EN 50518: within so many seconds of an alarm somebody has it, in so many of them.
PROMISES = {
    "urgent": ((30, 0.8), (60, 0.985)),
    "attention": ((90, 0.8), (180, 0.985)),
}
_Z = 1.959964  # 95 % of a normal distribution lies within so many deviations
# What is shown first; what comes later goes where both would give something away.
_ORDER = ("total", "kind", "outcome", "pace", "within", "false", "source", "both",
          "exercise", "blind", "late")  # fmt: skip


@dataclass(frozen=True)
class Share:
    """So many of so many, against what was promised of them within `bound` seconds."""

    count: int
    of: int
    bound: int
    promise: float

    @property
    def part(self) -> float:
        """The share, from 0 to 1."""
        return self.count / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share lies with 95 % confidence (Wilson's interval)."""
        middle = (self.part + _Z**2 / (2 * self.of)) / (1 + _Z**2 / self.of)
        spread = sqrt(self.part * (1 - self.part) / self.of + (_Z / self.of / 2) ** 2)
        half = _Z * spread / (1 + _Z**2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def verdict(self) -> str:
        """Whether the promise was kept, as far as so many can tell."""
        low, high = self.interval
        if low >= self.promise:
            return "kept"
        return "missed" if high < self.promise else "open"


@dataclass(frozen=True)
class Pace:
    """How soon incidents of a priority were taken; None is not to be shown."""

    priority: str
    count: int | None
    median: float | None
    shares: tuple[Share | None, ...]


@dataclass(frozen=True)
class PlaceReport:
    """The figures of one place in one period; None is not to be shown.

    `kinds` are rows of a title, a count for each of OUTCOMES, and their total.
    """

    place: Row
    kinds: tuple[Row, ...]
    outcomes: tuple[int | None, ...]
    total: int | None
    paces: tuple[Pace, ...]
    sources: tuple[tuple[str, int], ...]
    false: int | None
    exercises: int | None
    blind_s: float | None

    @property
    def empty(self) -> bool:
        """Whether nothing of its incidents may be shown."""
        counts = (self.total, self.false, self.exercises, *self.outcomes)
        paces = (pace.count for pace in self.paces)
        return not self.kinds and all(each is None for each in (*counts, *paces))


@dataclass(frozen=True)
class Counted:
    """What the store counted about one place in a year: atoms, and months of hours."""

    incidents: list[Row]
    blind: list[Row]
    medians: dict[str, float]


def place_report(place: Row, counted: Counted, period: Period) -> PlaceReport:
    """Make the report of a place in a period that is over."""
    known = _Known(counted, period)
    titles = {row["rule"]: row["title"] for row in counted.incidents}
    rows = (
        {
            "rule": rule,
            "title": titles[rule],
            "outcomes": tuple(known("both", rule, each) for each in OUTCOMES),
            "total": known("kind", rule),
        }
        for rule in sorted(titles)
    )
    sources = sorted({row["source"] for row in counted.incidents} - {None})
    return PlaceReport(
        place=place,
        kinds=tuple(row for row in rows if _any(row["total"], *row["outcomes"])),
        outcomes=tuple(known("outcome", each) for each in OUTCOMES),
        total=known("total"),
        paces=tuple(_pace(known, each, counted.medians) for each in PROMISES),
        sources=tuple(
            (each, count)
            for each in sources
            if (count := known("source", each)) is not None
        ),
        false=known("false"),
        exercises=known("exercise"),
        blind_s=_blind(known, place, counted.blind, period),
    )


def cells(counted: Counted, period: Period) -> list[Cell]:
    """Give every count of a period and of those within it, in the order of showing."""
    return [cell for each in period.parts() for cell in _cells(counted, each)]


class _Known:
    """The counts of a period that may be shown."""

    def __init__(self, counted: Counted, period: Period) -> None:
        made = cells(counted, period)
        names = to_show(made)
        self._counts = {cell.name: cell.count for cell in made if cell.name in names}
        self._period = period

    def __call__(self, *name: object) -> int | None:
        return self._counts.get((self._period, *name))


def _cells(counted: Counted, period: Period) -> list[Cell]:
    atoms: dict[Name, set[int]] = {}
    counts: dict[Name, int] = {}
    for atom, row in enumerate(counted.incidents):
        if period.holds(row["month"]):
            for name in _names(row):
                atoms.setdefault(name, set()).add(atom)
                counts[name] = counts.get(name, 0) + row["n"]
    first = len(counted.incidents)
    for atom, row in enumerate(counted.blind, first):
        if period.holds(row["month"]):
            atoms.setdefault(("blind",), set()).add(atom)
            # At least as many places are behind the sum as behind its largest part.
            counts["blind",] = max(counts.get(("blind",), 0), row["places"])
    order = sorted(atoms, key=lambda each: (_ORDER.index(each[0]), -counts[each], each))
    return [
        Cell((period, *name), frozenset(atoms[name]), counts[name], name[0] != "late")
        for name in order
    ]


def _names(row: Row) -> Iterator[Name]:
    """Name the counts that an atom is part of."""
    if row["exercise"]:
        yield ("exercise",)
        return
    yield ("total",)
    yield ("kind", row["rule"])
    yield ("outcome", row["outcome"])
    yield ("both", row["rule"], row["outcome"])
    if row["outcome"] in FALSE:
        yield ("false",)
        yield ("source", row["source"])
    if row["pace"] is not None:
        yield ("pace", row["priority"])
        for bound in (0, 1):
            soon = row["pace"] <= bound
            # Who was late is shown nowhere, and would follow from N and the others.
            yield ("within" if soon else "late", row["priority"], bound)


def _pace(known: _Known, priority: str, medians: Mapping[str, float]) -> Pace:
    of = known("pace", priority)
    shares = (
        Share(count, of, bound, promise)
        if of is not None and (count := known("within", priority, place)) is not None
        else None
        for place, (bound, promise) in enumerate(PROMISES[priority])
    )
    median = None if of is None else medians.get(priority)
    return Pace(priority, of, median, tuple(shares))


def _blind(
    known: _Known, place: Row, blind: Iterable[Row], period: Period
) -> float | None:
    # A station is one place, and no secret; homes are guarded by how many there were.
    if place["station"] is None and known("blind") is None:
        return None
    return float(sum(row["seconds"] for row in blind if period.holds(row["month"])))


def _any(*counts: int | None) -> bool:
    return any(each is not None for each in counts)
