"""Whether an incident is confirmed, and how: a pure decision with its reason."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

Verdict = Literal[
    "exercise", "by_hand", "path_too", "second_sensor", "silence", "seen_again", "alone"
]

_BY_HAND = frozenset({"panic.pressed", "duress.entered"})
_LOST = frozenset({"path.lost", "device.silent", "camera.lost"})
_BACK = frozenset({"path.restored", "device.heard", "camera.restored"})
_SENSED = frozenset({"alarm.raised", "motion.started", "contact.opened"})


def seen_again(kinds: Sequence[str], at: Sequence[datetime]) -> datetime | None:
    """Tell since when all is seen again; None while something is lost, or nothing was.

    `kinds` and `at` are the last words about each thing that was lost.
    """
    if not kinds or not _BACK.issuperset(kinds):
        return None
    return max(at)


def verified(
    kinds: Collection[str], witnesses: int, again: datetime | None = None
) -> Verdict:
    """Decide from the kinds of record and how many sensors they came from.

    `again` is since when what was lost is seen again, None where it is not.

    A person's own press needs no second source. A lost path and an alarm together are
    one confirmed incident (EN 50131: two of different nature).
    """
    found = set(kinds)
    if "exercise.started" in found:
        return "exercise"
    if found & _BY_HAND:
        return "by_hand"
    if found & _LOST and found & _SENSED:
        return "path_too"
    if witnesses > 1 and found & _SENSED:
        return "second_sensor"
    if not found & _LOST:
        return "alone"
    return "silence" if again is None else "seen_again"


def with_verdict(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give an incident of the store with its verdict, and since when it is seen."""
    again = seen_again(row["last_kinds"], row["last_at"])
    verdict = verified(row["kinds"], row["witnesses"], again)
    return {**row, "again": again, "verified": verdict}
