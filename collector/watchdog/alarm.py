"""When the watchdog speaks up: at once, again while it lasts, and once when it is well.

Pure: what was seen and the moment are arguments, what was told is remembered outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Trouble = Literal["away", "deaf", "overdue"]
Word = Literal["began", "lasts", "well"]

AGAIN = timedelta(minutes=15)
TROUBLES: tuple[Trouble, ...] = ("away", "deaf", "overdue")


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look found: `incidents` are those that wait and that nobody passes on.

    `exercises` are those of them that are not real.
    `unknown` are troubles that could not be looked for: they neither begin nor end.
    """

    troubles: frozenset[Trouble] = frozenset()
    unknown: frozenset[Trouble] = frozenset()
    incidents: tuple[int, ...] = ()
    exercises: frozenset[int] = frozenset()


AWAY = Sight(frozenset({"away"}), frozenset({"deaf", "overdue"}))


@dataclass(frozen=True, slots=True)
class Say:
    """One thing to say about a trouble."""

    trouble: Trouble
    word: Word


def to_say(
    sight: Sight, told: Mapping[Trouble, datetime], now: datetime
) -> tuple[Say, ...]:
    """Give what somebody is to hear who was told of these troubles, when last."""
    found: list[Say] = []
    for trouble in TROUBLES:
        if trouble in sight.unknown:
            continue
        if trouble not in sight.troubles:
            found += [Say(trouble, "well")] if trouble in told else []
        elif trouble not in told:
            found.append(Say(trouble, "began"))
        elif now - told[trouble] >= AGAIN:
            found.append(Say(trouble, "lasts"))
    return tuple(found)
