"""The report in lines for a person."""

import statistics
from collections.abc import Iterator, Sequence

from tests.bench.job import OURS, Outcome
from tests.bench.lighting import CHANGES, confusion_of_light
from tests.bench.report import Report, by_name, named_in, totals
from tests.bench.score import Score
from tests.bench.tamper import NAMES, NOTHING, confusion, latencies

SCORES = ("", "found", "repeated", "false", "an idle h", "stuck-on", "median", "worst")


def lines(report: Report) -> Iterator[str]:
    """Give the whole table, goals last."""
    yield from _scored("CLEAN FILMS", report.clean)
    yield from _scored("UNDER ALL NUISANCES", report.nuisances)
    yield from _each("OURS UNDER EACH", report.nuisances)
    yield from _lights(report.nuisances)
    yield from _scored("MADE HOURS, NOBODY COMES", report.idle)
    yield from _each("OURS IN MADE HOURS", report.idle)
    yield from _attacks(report.attacks)
    yield from _pixels(report)
    yield from _costs(report)
    yield from _memory(report)
    yield from ("", "CONDITIONS", *(f"  {what}" for what in report.conditions))
    yield from ("", "NOT MEASURED", *(f"  {what}" for what in report.not_measured))
    yield from ("", "GOALS")
    for goal in report.goals:
        yield f"  {'yes' if goal.met else 'NO ':<4}{goal.what:<64}{goal.got}"


def row(cells: Sequence[object], wide: int = 10) -> str:
    """Put cells in columns so many letters wide, after the first."""
    name, *rest = map(str, cells)
    return f"{name:<26}" + "".join(f"{cell:>{wide}}" for cell in rest)


def score_row(name: str, one: Score) -> str:
    """Put one score in a line."""
    times = [
        "-" if seconds is None else f"{seconds:.2f} s"
        for seconds in (one.median, one.slowest)
    ]
    found = f"{one.found}/{one.events}"
    counts = (found, one.repeated, one.false_starts, f"{one.per_hour:.0f}")
    return row((name, *counts, f"{one.stuck_on:.1%}", *times))


def _scored(title: str, outcomes: list[Outcome]) -> Iterator[str]:
    if outcomes:
        yield from ("", row((title, *SCORES[1:])))
        for name, score in totals(outcomes).items():
            yield score_row(name, score)


def _each(title: str, outcomes: list[Outcome]) -> Iterator[str]:
    """One line a nuisance for each detector, and one for each make of ours."""
    if outcomes:
        yield from ("", title + " (others below: found, false, stuck-on)")
    for name, some in by_name(outcomes).items():
        for one in some:
            said = {**dict(_counted(one.said.troubles)), **one.said.others}
            words = " ".join(f"{kind} {count}" for kind, count in said.items())
            label = f"{name} {one.number + 1}, {one.film[:3]}"
            yield f"{score_row(label, one.scores[OURS])}  {words}"
            yield f"    {one.says}"
        peers = {key: one for key, one in totals(some).items() if key != OURS}
        yield from (
            f"    {key:<24}{one.found}/{one.events:<4}{one.false_starts:>4}"
            f"{one.stuck_on:>8.1%}"
            for key, one in peers.items()
        )


def _counted(troubles: Sequence[tuple[float, str]]) -> Iterator[tuple[str, int]]:
    names = [f"camera.{name}" for _, name in troubles]
    yield from ((name, names.count(name)) for name in dict.fromkeys(names))


def _lights(outcomes: list[Outcome]) -> Iterator[str]:
    table = confusion_of_light(outcomes)
    if table:
        columns = (*CHANGES, NOTHING)
        yield from ("", row(("LIGHT, TOLD AS", *columns), wide=14))
        for name, counts in table.items():
            yield row((name, *(counts[one] or "." for one in columns)), wide=14)


def _attacks(outcomes: list[Outcome]) -> Iterator[str]:
    if not outcomes:
        return
    yield from ("", row(("ATTACK, NAMED AS", *NAMES, NOTHING)))
    pairs = [(str(one.name), one.named) for one in outcomes if one.named]
    for attack, counts in confusion(pairs).items():
        yield row((attack, *(counts[name] or "." for name in (*NAMES, NOTHING))))
    times = latencies(named_in(outcomes))
    if times:
        yield f"median {times[0]:.1f} s, worst {times[1]:.1f} s after their begin"
    for name, some in by_name(outcomes).items():
        for one in some:
            if one.named and not one.named.is_right:
                after = one.named.after_s
                when = "" if after is None else f" after {after:.1f} s"
                yield f"  MISSED {name}, {one.film[:3]}: {one.named.name}{when}"
                yield f"    {one.says}, from {one.when.begin:.1f} s"


def _pixels(report: Report) -> Iterator[str]:
    for film, counts in report.pixels.items():
        yield from ("", row((f"PIXELS OF {film}", "F", "recall", "precision")))
        for name, one in counts.items():
            numbers = (f"{one.f:.3f}", f"{one.recall:.3f}", f"{one.precision:.3f}")
            yield row((name, *numbers))


def _costs(report: Report) -> Iterator[str]:
    for film, cost in report.costs.items():
        yield from ("", row((f"CPU, {film}", "ms/frame", "to decode", "peak MB")))
        for way in cost.seconds:
            ratio = statistics.median(cost.ratios(way))
            numbers = (f"{cost.ms(way):.2f}", f"{ratio:.2f}")
            yield row((way, *numbers, f"{cost.most_mb[way]:.0f}"))
        if film in report.motion_ms:
            yield row(("motion (a frame, all of it)", f"{report.motion_ms[film]:.2f}"))


def _memory(report: Report) -> Iterator[str]:
    if report.memory:
        yield from ("", row(("MEMORY, MB, 720p", "PSS", "peak")))
        for part, number in report.memory.pss.items():
            most = report.memory.most.get(part, 0.0)
            yield row((part, f"{number:.1f}", f"{most:.1f}"))
