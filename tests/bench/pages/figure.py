"""What a run counts, and the figures that it amounts to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.collector.figure import Goal, spread

PAGE_GOAL_S = 0.1  # p95, on the server
SCREEN_P50_S, SCREEN_P99_S = 0.3, 2.0
MEMORY_GOAL_MB = 250.0


@dataclass
class Figures:
    """Everything that was measured; what was not is empty. All times are seconds.

    `pages` by million rows of events, then by page; `screen` from a record to a changed
    screen, by what went on meanwhile; `fan_out` from a record to each of many screens.
    """

    pages: dict[float, dict[str, list[float]]] = field(default_factory=dict)
    screen: dict[str, list[float]] = field(default_factory=dict)
    fan_out: dict[int, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def goals(figures: Figures) -> list[Goal]:
    """Hold the figures against what is promised (promises.md, Speed and Delivery)."""
    found = [
        _page(rows, page, seconds)
        for rows, pages in figures.pages.items()
        for page, seconds in pages.items()
    ]
    for what, seconds in figures.screen.items():
        told = spread(seconds)
        fast = told["p50"] is not None and told["p50"] <= SCREEN_P50_S
        sure = told["p99"] is not None and told["p99"] <= SCREEN_P99_S
        name = f"record to changed screen, {what}: p50 <= 300 ms, p99 <= 2 s"
        found.append(Goal(name, _both(told), fast and sure))
    for name, mb in figures.memory.items():
        goal = f"dashboard with {name} <= {MEMORY_GOAL_MB:.0f} MB resident"
        found.append(Goal(goal, f"{mb:.0f} MB", mb <= MEMORY_GOAL_MB))
    return found


def _page(rows: float, page: str, seconds: Sequence[float]) -> Goal:
    p95 = spread(seconds)["p95"]
    what = f"{page} at {rows:g} M events: p95 <= 100 ms"
    met = p95 is not None and p95 <= PAGE_GOAL_S
    return Goal(what, f"{1000 * (p95 or 0):.0f} ms", met)


def _both(told: Mapping[str, float | None]) -> str:
    return f"{1000 * (told['p50'] or 0):.0f} and {1000 * (told['p99'] or 0):.0f} ms"


def summary(figures: Figures) -> dict[str, Any]:
    """Give all of it for the file."""
    return {
        "pages_s": {
            f"{rows:g} M events": {page: spread(one) for page, one in pages.items()}
            for rows, pages in figures.pages.items()
        },
        "screen_s": {what: spread(one) for what, one in figures.screen.items()},
        "fan_out_s": {str(n): spread(one) for n, one in figures.fan_out.items()},
        "memory_mb": figures.memory,
        "goals": [
            {"what": one.what, "met": one.met, "got": one.got} for one in goals(figures)
        ],
        "notes": figures.notes,
    }
