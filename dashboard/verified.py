"""Whether an incident is confirmed, and how: a pure decision with its reason."""

from collections.abc import Collection
from typing import Literal

Verdict = Literal["by_hand", "path_too", "second_sensor", "silence", "alone"]

_BY_HAND = frozenset({"panic.pressed", "duress.entered"})
_LOST = frozenset({"path.lost", "device.silent", "camera.lost"})
_SENSED = frozenset({"alarm.raised", "motion.started", "contact.opened"})


def verified(kinds: Collection[str], witnesses: int) -> Verdict:
    """Decide from the kinds of record and how many sensors they came from.

    A person's own press needs no second source. A lost path and an alarm together are
    one confirmed incident (EN 50131: two of different nature).
    """
    found = set(kinds)
    if found & _BY_HAND:
        return "by_hand"
    if found & _LOST and found & _SENSED:
        return "path_too"
    if witnesses > 1 and found & _SENSED:
        return "second_sensor"
    return "silence" if found & _LOST else "alone"
