"""What happens in a run: drawn from a seed before it begins.

Pure: the same seed, the same run. Blows overlap, but never at one victim.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# How often a fault is drawn, and the least and most seconds that it lasts. `killed` is
# kill -9 of anything; `away` is ended in order; `absent`, once, is away for a good part
# of the run; the rest is told in `post`.
WEIGHTS: Mapping[str, tuple[int, float, float]] = {
    "killed": (10, 0.0, 0.5),
    "away": (2, 2.0, 8.0),
    "absent": (0, 0.15, 0.2),
    "slow": (2, 1.0, 6.0),
    "trickling": (2, 1.0, 6.0),
    "stalled": (2, 1.0, 6.0),
    "mute": (2, 1.0, 6.0),
    "deaf": (2, 1.0, 6.0),
    "lossy": (2, 2.0, 8.0),
    "doubled": (1, 2.0, 8.0),
    "shuffled": (1, 2.0, 8.0),
    "one way": (2, 1.0, 8.0),
    "parted": (2, 1.0, 8.0),
    "cut": (3, 0.0, 0.1),
    "unreachable": (2, 1.0, 5.0),
    "replayed": (3, 0.0, 0.1),
    "stepped": (2, 2.0, 8.0),
    "full": (2, 2.0, 6.0),
}
LONGER = {"away", "one way", "parted"}  # in a long run they last longer
CALM_S = 4.0  # at the start, so that there is something to lose


@dataclass(frozen=True)
class Blow:
    """One fault: when it begins (seconds), whom it strikes, and for how long."""

    at_s: float
    fault: str
    victim: str
    lasting_s: float
    dice: int  # what else is left to chance in it


def draw(
    seed: int, victims: Mapping[str, Sequence[str]], seconds: float, every_s: float
) -> list[Blow]:
    """Give the blows of a run of so many seconds, in order; about one each `every_s`.

    `victims` are who can suffer each fault; what nobody can suffer is not drawn. Each
    other fault is there at least once.
    """
    chance = random.Random(seed)  # noqa: S311  # repeatable is the point
    possible = sorted(fault for fault, whom in victims.items() if whom)
    weights = [WEIGHTS[fault][0] for fault in possible]
    count = max(len(possible), int((seconds - CALM_S) / every_s))
    faults = chance.sample(possible, len(possible))
    faults += chance.choices(possible, weights, k=count - len(faults))
    moments = sorted(chance.uniform(CALM_S, seconds) for _ in faults)
    longer = max(1.0, seconds / 120)
    blows = []
    for at, fault in zip(moments, faults, strict=True):
        _, least, most = WEIGHTS[fault]
        victim = chance.choice(sorted(victims[fault]))
        most = most * longer if fault in LONGER else most
        lasting = chance.uniform(least, most)
        lasting = lasting * seconds if fault == "absent" else lasting
        blows.append(Blow(at, fault, victim, lasting, chance.randrange(2**32)))
    return blows
