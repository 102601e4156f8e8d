"""The figures in lines for a person."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.collector.figure import Figures, Round, cost, goals, median, spread
from tests.bench.table import row

PARTS = ("collector", "database", "broker", "generator")


def lines(figures: Figures) -> Iterator[str]:
    """Give the whole table, goals last."""
    yield from _ways(figures)
    yield from _times("LATENCY", figures.latency)
    yield from _times("ALARMS", figures.alarms)
    if figures.memory:
        yield from ("", "RESIDENT, MB")
        yield from (f"  {name:<44}{mb:>8.0f}" for name, mb in figures.memory.items())
    yield from _curves(figures)
    if figures.sent:
        yield from ("", f"{figures.sent:,} records sent, one frame in 50 twice:")
        yield f"  {figures.lost} lost, {figures.stored_twice} stored twice"
    yield from ("", "CONDITIONS", *(f"  {note}" for note in figures.notes))
    yield from ("", "GOALS")
    for goal in goals(figures):
        met = "-" if goal.met is None else "yes" if goal.met else "NO"
        yield f"  {met:<4}{goal.what:<64}{goal.got}"


def _ways(figures: Figures) -> Iterator[str]:
    if figures.rounds:
        head = ("COMMITTED, MEDIAN", "frames/s", "records/s", *PARTS)
        yield from ("", row(head) + "  (CPU us a frame)")
    for way in figures.ways:
        yield _way(way, figures.of(way))


def _times(title: str, found: Mapping[str, Sequence[float]]) -> Iterator[str]:
    if found:
        yield from ("", row((f"{title}, MS", "p50", "p95", "p99", "worst", "of")))
    for name, seconds in found.items():
        yield from (f"  {name}", _spread(seconds))


def _curves(figures: Figures) -> Iterator[str]:
    for name, curve in figures.curves.items():
        head = (f"A RECORD BY {name.upper()}", "us CPU", "records/s")
        yield from ("", row(head) + "  (collector and database)")
        for count, rounds in curve.items():
            yield _cost(f"  {count:,}", rounds)


def _way(way: str, rounds: Sequence[Round]) -> str:
    frames = sum(one.frames for one in rounds)
    costs = [sum(getattr(one.cpu, part) for one in rounds) / frames for part in PARTS]
    speeds = (
        median([one.frames_per_s for one in rounds]),
        median([one.records_per_s for one in rounds]),
    )
    numbers = [f"{one or 0:,.0f}" for one in speeds]
    return row((way, *numbers, *(f"{1e6 * one:.0f}" for one in costs)))


def _spread(seconds: Sequence[float]) -> str:
    numbers = [f"{1000 * (one or 0):.0f}" for one in spread(seconds).values()]
    return row(("", *numbers, len(seconds)))


def _cost(name: str, rounds: Sequence[Round]) -> str:
    speed = median([one.records_per_s for one in rounds]) or 0
    return row((name, f"{cost(rounds) or 0:.1f}", f"{speed:,.0f}"))
