"""What a run counts, and the figures that it amounts to. Pure."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FRAMES_GOAL = 2_500.0
FLOOR_GOAL = 0.6
ALARM_GOAL_S = 2.0
MEMORY_GOAL_MB = 200.0
FLAT = 1.25  # how much more the dearest may cost a record than the cheapest


@dataclass(frozen=True)
class Cpu:
    """Processor seconds of each part."""

    collector: float = 0.0
    database: float = 0.0
    broker: float = 0.0
    generator: float = 0.0

    def since(self, before: "Cpu") -> "Cpu":
        """Give what came on top of before."""
        return Cpu(
            self.collector - before.collector,
            self.database - before.database,
            self.broker - before.broker,
            self.generator - before.generator,
        )


@dataclass(frozen=True)
class Round:
    """One way, measured once: frames confirmed, their records, and how long."""

    way: str
    frames: int
    records: int
    seconds: float
    cpu: Cpu = field(default_factory=Cpu)

    @property
    def frames_per_s(self) -> float:
        return self.frames / self.seconds

    @property
    def records_per_s(self) -> float:
        return self.records / self.seconds

    @property
    def us_a_record(self) -> float:
        """Processor microseconds a record of collector and database together."""
        return 1e6 * (self.cpu.collector + self.cpu.database) / self.records


@dataclass
class Figures:
    """Everything that was measured; what was not is empty.

    `latency` and `alarms` are seconds from a fresh record to its receipt, by what went
    on meanwhile; `memory` is MB of one or two collectors; `curves` the rounds by
    number of devices and of rows stored before.
    """

    rounds: list[Round] = field(default_factory=list)
    latency: dict[str, list[float]] = field(default_factory=dict)
    alarms: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    curves: dict[str, dict[int, list[Round]]] = field(default_factory=dict)
    lost: int = 0
    stored_twice: int = 0
    sent: int = 0
    notes: list[str] = field(default_factory=list)

    def of(self, way: str) -> list[Round]:
        """Give the rounds of one way."""
        return [one for one in self.rounds if one.way == way]

    @property
    def ways(self) -> list[str]:
        return list(dict.fromkeys(one.way for one in self.rounds))


SINGLE, FIFTY, FLOOR, NAIVE = "single", "fifty", "floor", "naive"
ONE, TWO = "one collector", "two collectors"


@dataclass(frozen=True)
class Goal:
    """A promise, and what was got; `met` None where it was not measured."""

    what: str
    got: str
    met: bool | None


def median(numbers: Sequence[float]) -> float | None:
    """Give the one in the middle, None of nothing."""
    return statistics.median(numbers) if numbers else None


def percentile(numbers: Sequence[float], part: float) -> float | None:
    """Give the least number that so great a part of all does not pass."""
    if not numbers:
        return None
    return sorted(numbers)[max(0, math.ceil(part * len(numbers)) - 1)]


def spread(numbers: Sequence[float]) -> dict[str, float | None]:
    """Give the percentiles that promises speak of."""
    parts = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "worst": 1.0}
    return {name: percentile(numbers, part) for name, part in parts.items()}


def summary(figures: Figures) -> dict[str, Any]:
    """Give the figures by name; None is what was not measured."""
    alarms = [one for some in figures.alarms.values() for one in some]
    return {
        "frames_per_s": median([one.frames_per_s for one in figures.of(SINGLE)]),
        "records_per_s": median([one.records_per_s for one in figures.of(FIFTY)]),
        "floor_records_per_s": median([one.records_per_s for one in figures.of(FLOOR)]),
        "naive_records_per_s": median([one.records_per_s for one in figures.of(NAIVE)]),
        "lost": figures.lost if figures.sent else None,
        "stored_twice": figures.stored_twice if figures.sent else None,
        "fresh_alarm_s": max(alarms, default=None),
        "records_sent": figures.sent,
        "of_the_floor": of_the_floor(figures),
        "memory_mb": figures.memory,
        "latency_s": {name: spread(some) for name, some in figures.latency.items()},
        "alarm_s": {name: spread(some) for name, some in figures.alarms.items()},
        "cost_us_a_record": {
            name: {str(count): cost(some) for count, some in curve.items()}
            for name, curve in figures.curves.items()
        },
        "ways": {way: _way(figures.of(way)) for way in figures.ways},
        "notes": figures.notes,
    }


def of_the_floor(figures: Figures) -> float | None:
    """Compare each round of frames of 50 with the floor of that round."""
    pairs = zip(figures.of(FIFTY), figures.of(FLOOR), strict=False)
    return median([ours.records_per_s / floor.records_per_s for ours, floor in pairs])


def cost(rounds: Sequence[Round]) -> float | None:
    """Give the processor microseconds a record, the median of rounds."""
    return median([one.us_a_record for one in rounds])


def goals(figures: Figures) -> list[Goal]:
    """Hold what was promised against what was got."""
    told = summary(figures)
    found = [
        _least("frames of one record each a second", told["frames_per_s"], FRAMES_GOAL),
        _least("of the floor in frames of 50", told["of_the_floor"], FLOOR_GOAL),
        _most("fresh alarm behind a backlog, s", told["fresh_alarm_s"], ALARM_GOAL_S),
        _most("one collector resident, MB", _largest(figures), MEMORY_GOAL_MB),
        _most("records lost", told["lost"], 0),
        _most("records stored twice", told["stored_twice"], 0),
    ]
    for name, curve in figures.curves.items():
        costs = [one for some in curve.values() if (one := cost(some)) is not None]
        ratio = max(costs) / min(costs) if len(costs) > 1 else None
        found.append(_most(f"dearest to cheapest record over {name}", ratio, FLAT))
    return found


def _largest(figures: Figures) -> float | None:
    ones = [mb for name, mb in figures.memory.items() if name.startswith(ONE)]
    return max(ones, default=None)


def _least(what: str, got: float | None, least: float) -> Goal:
    met = None if got is None else got >= least
    return Goal(f"{what}: at least {least:g}", _said(got), met)


def _most(what: str, got: float | None, most: float) -> Goal:
    met = None if got is None else got <= most
    return Goal(f"{what}: at most {most:g}", _said(got), met)


def _said(got: float | None) -> str:
    return "not measured" if got is None else f"{got:.4g}"


def _way(rounds: Sequence[Round]) -> dict[str, Any]:
    frames = sum(one.frames for one in rounds)
    return {
        "rounds": len(rounds),
        "frames_per_s": [round(one.frames_per_s) for one in rounds],
        "records_per_s": [round(one.records_per_s) for one in rounds],
        "cpu_us_a_frame": {
            part: round(1e6 * sum(getattr(one.cpu, part) for one in rounds) / frames, 1)
            for part in ("collector", "database", "broker", "generator")
        },
    }
