"""What an alarm receiving centre is told by two letters of SIA DC-03.

An incident says something once for each kind of record in it, and again when that is
over. An exercise is a test to the centre, whatever it is an exercise of.
"""

from typing import Literal

EXERCISE = "RX"  # a manual test, which nobody drives out for
SILENCED = "silenced"  # somebody there is in danger, as was found later
CONFIRMED = "confirmed"

Outcome = Literal["real", "false", "nuisance", "exercise", "test", "itself"]

_HOLD_UP = "HA"
_OTHERS = "YX"  # service is required
_NEW = {
    "panic.pressed": "PA",
    "duress.entered": _HOLD_UP,
    SILENCED: _HOLD_UP,
    "alarm.raised": "BA",
    "contact.opened": "BA",
    "motion.started": "BA",
    CONFIRMED: "BV",
    "tamper.opened": "TA",
    "camera.lost": "TA",
    "device.cloned": "TA",
    "path.lost": "YC",
    "device.silent": "YC",
}
_END = {"PA": "PR", "HA": "HR", "BA": "BR", "TA": "TR", "YC": "YK", "YX": "YZ"}
_CANCELLED = frozenset({"false", "nuisance", "test"})
_CANCEL = {"BA": "BC", "PA": "OC", "HA": "OC"}
# What comes back is said when a person has looked, by the end of the incident.
_OF_AN_END = frozenset({"path.restored", "device.heard", "camera.restored"})


def new_code(kind: str, *, silent: bool, exercise: bool) -> str | None:
    """Give the code of a kind of record; None where it is nothing to tell of.

    A panic that was pressed silently is a hold-up: nobody may ring there.
    """
    if kind in _OF_AN_END:
        return None
    if exercise:
        return EXERCISE
    if kind == "panic.pressed" and silent:
        return _HOLD_UP
    return _NEW.get(kind, _OTHERS)


def end_code(code: str, outcome: Outcome) -> str | None:
    """Give the code that ends what was told by `code`; None where nothing does.

    What was no danger is cancelled, what was one is restored. Tamper and lost paths are
    as they are whatever people made of them.
    """
    if outcome in _CANCELLED and code in _CANCEL:
        return _CANCEL[code]
    return _END.get(code)
