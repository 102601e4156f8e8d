"""Sets of record numbers as runs of neighbours, first and last included. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

Run = tuple[int, int]

_RANGE = re.compile(r"\[(\d+),(\d+)\)")


def runs_of(numbers: Sequence[int]) -> tuple[Run, ...]:
    """Cut numbers into runs, in the order in which they stand; repetitions stay."""
    if not numbers:
        return ()
    first, last = numbers[0], numbers[-1]
    if last - first + 1 == len(numbers) and all(
        b - a == 1 for a, b in pairwise(numbers)
    ):
        return ((first, last),)
    runs: list[Run] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)


def union(runs: Iterable[Run]) -> list[Run]:
    """Sort runs and join those that touch or overlap."""
    joined: list[Run] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def size(runs: Iterable[Run]) -> int:
    """Count the numbers, those that stand twice twice."""
    return sum(last - first + 1 for first, last in runs)


def below(runs: Iterable[Run], bound: int) -> int:
    """Count the numbers that are less than `bound`."""
    return sum(max(0, min(last, bound - 1) - first + 1) for first, last in runs)


def holds(joined: Sequence[Run], first: int, last: int) -> bool:
    """Tell whether all of first..last is in a union."""
    place = bisect_right(joined, first, key=lambda run: run[0]) - 1
    return place >= 0 and joined[place][1] >= last


def touches(joined: Sequence[Run], first: int, last: int) -> bool:
    """Tell whether any of first..last is in a union."""
    place = bisect_right(joined, last, key=lambda run: run[0]) - 1
    return place >= 0 and joined[place][1] >= first


def written(runs: Iterable[Run]) -> str:
    """Write runs as PostgreSQL reads an int8multirange."""
    return "{" + ",".join(f"[{first},{last + 1})" for first, last in runs) + "}"


def read(text: str) -> list[Run]:
    """Read an int8multirange as PostgreSQL writes it."""
    return [(int(first), int(end) - 1) for first, end in _RANGE.findall(text)]
