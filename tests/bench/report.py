"""All that one run measured, and how it goes into the file."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench.cost import Cost
from tests.bench.goal import Goal
from tests.bench.job import OURS, Outcome
from tests.bench.lighting import confusion_of_light
from tests.bench.memory import Memory
from tests.bench.pixel import Pixel
from tests.bench.score import Score, total
from tests.bench.tamper import Named, confusion, latencies, recall


@dataclass
class Report:
    """Sections that were not asked for stay empty."""

    clean: list[Outcome] = field(default_factory=list)
    nuisances: list[Outcome] = field(default_factory=list)
    attacks: list[Outcome] = field(default_factory=list)
    idle: list[Outcome] = field(default_factory=list)
    pixels: dict[str, dict[str, Pixel]] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)
    motion_ms: dict[str, float] = field(default_factory=dict)
    memory: Memory | None = None
    goals: list[Goal] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    not_measured: list[str] = field(default_factory=list)


def totals(outcomes: Iterable[Outcome]) -> dict[str, Score]:
    """Add up what each detector scored, ours first."""
    found: dict[str, Score] = {OURS: Score()}
    for outcome in outcomes:
        for name, score in outcome.scores.items():
            found[name] = total([found.get(name, Score()), score])
    return found


def by_name(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Sort outcomes by what was put on, in the order of their names' coming."""
    found: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda one: (one.number, one.film)):
        found.setdefault(outcome.name or "clean", []).append(outcome)
    return dict(sorted(found.items()))


def named_in(outcomes: Iterable[Outcome]) -> list[Named]:
    """Give what was said of attacks."""
    return [one.named for one in outcomes if one.named]


def plain(report: Report) -> dict[str, Any]:
    """Give the report as it goes into the file."""
    named = named_in(report.attacks)
    table = confusion(
        [(str(one.name), one.named) for one in report.attacks if one.named]
    )
    times = latencies(named)
    return {
        "conditions": report.conditions,
        "goals": [asdict(goal) for goal in report.goals],
        "clean": _section(report.clean),
        "nuisances": _section(report.nuisances),
        "light_told_as": confusion_of_light(report.nuisances),
        "idle": _section(report.idle),
        "attacks": {
            "recall": round(recall(named), 4),
            "latency_s": times and {"median": times[0], "worst": times[1]},
            "confusion": table,
            "each": [outcome_told(one) for one in report.attacks],
        },
        "pixels": {
            film: {name: pixel_told(one) for name, one in counts.items()}
            for film, counts in report.pixels.items()
        },
        "cost": {film: cost_told(cost) for film, cost in report.costs.items()},
        "motion_cpu_ms_per_frame": report.motion_ms,
        "memory_mb": report.memory and asdict(report.memory),
        "not_measured": report.not_measured,
    }


def _section(outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "total": {name: score_told(one) for name, one in totals(outcomes).items()},
        "each": [outcome_told(one) for one in outcomes],
    }


def outcome_told(one: Outcome) -> dict[str, Any]:
    """Give one film with one thing put on."""
    return {
        "film": one.film,
        "put_on": one.name,
        "make": one.number + 1,
        "says": one.says,
        "from_s": one.when.begin,
        "until_s": None if one.when.end == float("inf") else one.when.end,
        "motion": one.said.spans,
        "troubles": one.said.troubles,
        "lights": one.said.lights,
        "others": one.said.others,
        "named": one.named and asdict(one.named),
        "scores": {name: score_told(score) for name, score in one.scores.items()},
    }


def score_told(one: Score) -> dict[str, Any]:
    """Give one score in numbers with their units."""
    return {
        "events": one.events,
        "found": one.found,
        "repeated": one.repeated,
        "false_starts": one.false_starts,
        "idle_s": round(one.idle_s, 1),
        "false_starts_per_idle_hour": round(one.per_hour, 1),
        "stuck_on_share": round(one.stuck_on, 4),
        "latencies_s": [round(seconds, 2) for seconds in one.latencies],
    }


def pixel_told(one: Pixel) -> dict[str, float]:
    """Give one count of pixels as shares."""
    told = {"f": one.f, "recall": one.recall, "precision": one.precision}
    return {name: round(value, 4) for name, value in told.items()}


def cost_told(cost: Cost) -> dict[str, Any]:
    """Give the CPU of each way, and the ratios that are promised."""
    return {
        "frames": cost.frames,
        "cpu_ms_per_frame": {way: round(cost.ms(way), 3) for way in cost.seconds},
        "cpu_s_of_each_turn": cost.seconds,
        "whole_to_decode_of_each_turn": cost.ratios(),
        "most_resident_mb": cost.most_mb,
    }
