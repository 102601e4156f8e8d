"""Was an attack named as what it was, and how soon?"""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

IN_TIME_S = 10.0  # after half of it was done
NOTHING = "nothing"
NAMES = ("covered", "defocused", "turned", "frozen", "looping", "black", "lost")


@dataclass(frozen=True, slots=True)
class Named:
    """What was said of one attack.

    Attributes:
        truth: as what it was to be named.
        name: as what it was named first, or `nothing`.
        after_s: seconds from its begin to its name.
        late_s: seconds from when half of it was done.
        restored: its end was told too; None if the film ends with it.
        before: troubles that were told before it began.
    """

    truth: str
    name: str = NOTHING
    after_s: float | None = None
    late_s: float | None = None
    restored: bool | None = None
    before: int = 0

    @property
    def is_right(self) -> bool:
        """Named as what it was, in time."""
        return self.name == self.truth and (
            self.late_s is not None and self.late_s <= IN_TIME_S
        )


def judge(
    troubles: Sequence[tuple[float, str]],
    truth: str,
    begin: float,
    end: float | None,
    half_s: float = 0.0,
) -> Named:
    """Take the first trouble after an attack began; `end` is None if it has none."""
    before = sum(seconds < begin for seconds, name in troubles if name != "restored")
    after = [(seconds, name) for seconds, name in troubles if seconds >= begin]
    said = [(seconds, name) for seconds, name in after if name != "restored"]
    restored = None
    if end is not None:
        restored = bool(said) and after[-1][1] == "restored" and after[-1][0] >= end
    if not said:
        return Named(truth, restored=restored, before=before)
    seconds, name = said[0]
    late = seconds - begin - half_s
    return Named(truth, name, seconds - begin, late, restored, before)


def confusion(named: Sequence[tuple[str, Named]]) -> dict[str, Counter[str]]:
    """Count for each attack as what it was named."""
    table: dict[str, Counter[str]] = {}
    for attack, one in named:
        table.setdefault(attack, Counter())[one.name] += 1
    return table


def recall(named: Sequence[Named]) -> float:
    """Give the share that was named rightly and in time."""
    return sum(one.is_right for one in named) / len(named) if named else 0.0


def latencies(named: Sequence[Named]) -> tuple[float, float] | None:
    """Give the median and the worst time to a right name, in seconds."""
    after = [
        one.after_s
        for one in named
        if one.name == one.truth and one.after_s is not None
    ]
    return (statistics.median(after), max(after)) if after else None
