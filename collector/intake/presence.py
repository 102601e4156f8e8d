"""Who is silent and which path is lost: pure decisions, each with its reason.

A deadline counts only the time in which we were listening ourselves and had nothing
waiting: what we could not hear is nobody's silence.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sites.policy import Policy

PATH_LOST = timedelta(seconds=90)
# The bounds hold for what people see: the watch looks once a second, we prove once a
# second that we hear, and what was found has to be committed before anybody sees it.
MARGIN = timedelta(seconds=2.5)
# After a last will the same path may be back already: on a take-over the broker speaks
# the will of the old connection. Twice the heartbeat decides.
GONE_GRACE = timedelta(seconds=12)
DEAF = timedelta(seconds=20)  # a pause in listening that is shorter is not told

Reason = Literal[
    "heard",  # within the deadline
    "not_listening",  # we have not listened long enough to know
    "nothing_heard",  # the deadline passed
    "last_will",  # the broker said so, and nothing followed
]


@dataclass(frozen=True)
class Listening:
    """For how long we have heard everything, and how far behind we read it."""

    since: timedelta
    behind: timedelta = timedelta()


@dataclass(frozen=True)
class DevicePulse:
    """A device, and how long ago it was heard on the database's clock."""

    unheard: timedelta
    home: bool
    shown: bool
    told: bool


@dataclass(frozen=True)
class PathPulse:
    """A path of a device; `gone` is how long ago the broker said that it is lost."""

    unheard: timedelta
    gone: timedelta | None
    told: bool


@dataclass(frozen=True)
class Decision:
    """Whether to show it as away, whether to open an incident, and why.

    `paused`: so much of the silence did not count, because we did not hear everything.
    """

    show: bool
    tell: bool
    reason: Reason
    paused: timedelta = timedelta()


def decide_device(pulse: DevicePulse, policy: Policy, listening: Listening) -> Decision:
    """Decide about a device; `show` and `tell` are what is new, never a repetition."""
    silence = _silence(pulse.unheard, listening)
    bound = policy.silent_home_s if pulse.home else policy.silent_station_s
    shown = timedelta(seconds=policy.silent_shown_s)
    tell = _over(silence, timedelta(seconds=bound))
    if not tell and not _over(silence, shown):
        return _nothing_new(late=_over(pulse.unheard, shown))
    return Decision(
        show=not pulse.shown,
        tell=tell and not pulse.told,
        reason="nothing_heard",
        paused=pulse.unheard - silence,
    )


def decide_path(pulse: PathPulse, listening: Listening) -> Decision:
    """Decide about a path: lost after its last will, or when nothing was heard."""
    new = not pulse.told
    if pulse.gone is not None:
        since_gone = _silence(pulse.gone, listening)
        if since_gone > GONE_GRACE:
            paused = pulse.gone - since_gone
            return Decision(show=new, tell=new, reason="last_will", paused=paused)
    silence = _silence(pulse.unheard, listening)
    if _over(silence, PATH_LOST):
        paused = pulse.unheard - silence
        return Decision(show=new, tell=new, reason="nothing_heard", paused=paused)
    return _nothing_new(late=_over(pulse.unheard, PATH_LOST))


def waited(unheard: timedelta, paused: timedelta) -> dict[str, int]:
    """Say for how long something was not heard, and how much of that did not count."""
    said = {"unheard_s": int(unheard.total_seconds())}
    return said | ({"paused_s": int(paused.total_seconds())} if paused > DEAF else {})


def _nothing_new(*, late: bool) -> Decision:
    return Decision(show=False, tell=False, reason="not_listening" if late else "heard")


def _over(silence: timedelta, bound: timedelta) -> bool:
    return silence >= bound - MARGIN


def _silence(unheard: timedelta, listening: Listening) -> timedelta:
    return min(unheard, listening.since) - listening.behind
