"""What is to be reached, and whether it is."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.cost import ALL, Cost
from tests.bench.job import OURS, Outcome
from tests.bench.memory import Memory
from tests.bench.score import Score, total
from tests.bench.tamper import IN_TIME_S, Named, latencies

STUCK_ON = 0.02  # of idle time
FALSE_STARTS = 1  # under one nuisance on one film
TIMES_432P, TIMES_720P = 1.6, 1.4  # the CPU of decoding alone
MOST_MB = 150.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing to reach: what came out, in words, and whether that is enough."""

    what: str
    got: str
    met: bool


def of_clean(outcomes: Sequence[Outcome]) -> list[Goal]:
    """Judge the clean films."""
    score = _ours(outcomes)
    found, stuck = f"{score.found} of {score.events}", f"{score.stuck_on:.2%}"
    tamper = _troubles(outcomes)
    return [
        Goal("clean: every event found", found, score.found == score.events),
        Goal("clean: no false start", str(score.false_starts), not score.false_starts),
        Goal("clean: stuck-on <= 2 % of idle time", stuck, score.stuck_on <= STUCK_ON),
        Goal("clean: no attack reported", _films(tamper), not tamper),
    ]


def of_nuisances(outcomes: Sequence[Outcome]) -> list[Goal]:
    """Judge ours under each nuisance, in each make, on each film."""
    score, tamper = _ours(outcomes), _troubles(outcomes)
    noisy = [one for one in outcomes if one.scores[OURS].false_starts > FALSE_STARTS]
    stuck = [one for one in outcomes if one.scores[OURS].stuck_on > STUCK_ON]
    count = f" of {len(outcomes)} films"
    found = f"{score.found} of {score.events}"
    return [
        Goal("nuisances: every event found", found, score.found == score.events),
        Goal(
            "nuisances: at most one false start each",
            f"more in {len(noisy)}{count}",
            not noisy,
        ),
        Goal(
            "nuisances: stuck-on <= 2 % of idle time",
            f"{score.stuck_on:.2%} in all, more in {len(stuck)}{count}",
            not stuck,
        ),
        Goal("nuisances: no attack reported", _films(tamper) + count, not tamper),
    ]


def of_idle(outcomes: Sequence[Outcome]) -> list[Goal]:
    """Judge the made hours in which nobody comes."""
    noisy = [one for one in outcomes if one.scores[OURS].false_starts > FALSE_STARTS]
    tamper = _troubles(outcomes)
    per_hour = f"{_ours(outcomes).per_hour:.1f} an hour"
    return [
        Goal("made hours: at most one false start each", per_hour, not noisy),
        Goal("made hours: no attack reported", _films(tamper), not tamper),
    ]


def of_attacks(named: Sequence[tuple[str, Named]]) -> list[Goal]:
    """Judge what was said of attacks."""
    right = sum(one.is_right for _, one in named)
    whole = {name for name, _ in named} - {
        name for name, one in named if not one.is_right
    }
    times = latencies([one for _, one in named])
    worst = f", slowest {times[1]:.1f} s after its begin" if times else ""
    restored = [one.restored for _, one in named if one.restored is not None]
    return [
        Goal(
            f"attacks: each named as what it is within {IN_TIME_S:.0f} s",
            f"{right} of {len(named)} films, all makes of {len(whole)} of 8{worst}",
            right == len(named),
        ),
        Goal(
            "attacks: their end is told",
            f"{sum(restored)} of {len(restored)} films",
            all(restored),
        ),
    ]


def of_cost(name: str, cost: Cost, most: float, motion_ms: float | None) -> list[Goal]:
    """Judge what the whole path costs; `motion_ms` is that of Debian's `motion`."""
    ratios = cost.ratios()
    middle = statistics.median(ratios)
    spread = f"{middle:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    goals = [Goal(f"{name}: whole <= {most} x decode", spread, middle <= most)]
    if motion_ms is not None:
        told = f"{cost.ms(ALL):.2f} against {motion_ms:.2f} ms a frame"
        less = cost.ms(ALL) < motion_ms
        goals.append(Goal(f"{name}: less CPU than `motion`", told, less))
    return goals


def of_memory(memory: Memory) -> list[Goal]:
    """Judge what the agent with one 720p camera holds."""
    total_mb = f"{memory.total:.0f} MB"
    pictures = "some" if memory.pictures else "none"
    return [
        Goal("agent <= 150 MB (sum of PSS)", total_mb, memory.total <= MOST_MB),
        Goal("no picture library in the agent", pictures, not memory.pictures),
    ]


def _ours(outcomes: Iterable[Outcome]) -> Score:
    return total(one.scores[OURS] for one in outcomes)


def _troubles(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.said.troubles]


def _films(outcomes: Sequence[Outcome]) -> str:
    return f"in {len(outcomes)}" if outcomes else "none in any"
