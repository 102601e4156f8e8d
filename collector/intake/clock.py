"""How far a device's clock is off, from the frames that come: pure decisions.

A frame says when it was sent, and we know when it came. What lies between is the offset
of the two clocks and the way, and the way only adds: so the least of some frames is the
offset, as nearly as can be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

WRONG_S = 5.0  # so much, either way, is told
RIGHT_S = 4.0  # and less than this is right again
NO_TIME_S = 1e10  # three centuries: nothing can be said of such a clock
WINDOW = timedelta(seconds=10)
FRAMES = 3


@dataclass(frozen=True)
class Clock:
    """What is known of a device's clock, in seconds of ours minus its own.

    `offset` is the estimate, None while there is none, and holds for `run` (None: for
    every one). `low` is the least since `since`, in `frames` frames. `told` is the
    offset that was told as wrong, None while it is right. `right` is when an estimate
    last said that it was, in whatever run: what came until then needs no correction.
    """

    offset: float | None = None
    run: str | None = None
    low: float | None = None
    since: datetime | None = None
    frames: int = 0
    told: float | None = None
    right: datetime | None = None


@dataclass(frozen=True)
class Jump:
    """A step of the clock: what a run wrote before `before` lacks so many seconds."""

    run: str
    before: datetime
    seconds: float


def hear(clock: Clock, waits: Sequence[float], received: datetime) -> Clock:
    """Take in frames that came until `received`, after so many seconds each.

    A clock that is ahead shows at once, since no way is shorter than none; one that is
    behind shows when all frames of a while came late.
    """
    low = min(waits) if clock.low is None else min(clock.low, *waits)
    since, frames = clock.since or received, clock.frames + len(waits)
    ahead = low < (clock.offset or 0.0) - WRONG_S
    if ahead or (received - since >= WINDOW and frames >= FRAMES):
        right = received if abs(low) <= WRONG_S else clock.right
        return replace(clock, offset=low, low=None, since=None, frames=0, right=right)
    # As `replace` would, in half the time: it is so for nearly every frame.
    told, right = clock.told, clock.right
    return Clock(clock.offset, clock.run, low, since, frames, told, right)


def start(clock: Clock, run: str) -> Clock:
    """Begin anew with a run: while the device was down its clock may have changed."""
    return Clock(run=run, told=clock.told, right=clock.right)


def jump(clock: Clock, seconds: float) -> Clock:
    """Follow a step that the device told of, forward if positive."""
    offset = None if clock.offset is None else clock.offset - seconds
    return replace(clock, offset=offset, low=None, since=None, frames=0)


def judge(before: Clock, now: Clock) -> tuple[Clock, bool]:
    """Tell whether there is news of a clock that is wrong: once, until it is right.

    So is one that went so far from what was told, or from one estimate to the next.
    """
    offset, told = now.offset, now.told
    if offset is None:
        return now, False
    if told is not None:
        if abs(offset) < RIGHT_S:
            return replace(now, told=None), False
        if abs(offset - told) <= WRONG_S:
            return now, False
    wrong = abs(offset) > WRONG_S
    stepped = before.offset is not None and abs(offset - before.offset) > WRONG_S
    if wrong:
        return replace(now, told=offset), True
    return now, stepped and told is None


def shift(clock: Clock, jumps: Sequence[Jump], run: str, at: datetime) -> float:
    """Give the seconds that a record of a run lacks which says `at`; 0 if it is right.

    After a step back the same times come twice; those count as after it.
    """
    seconds = sum(one.seconds for one in jumps if one.run == run and at < one.before)
    if clock.offset is not None and clock.run in {None, run}:
        seconds += clock.offset
    return seconds if WRONG_S < abs(seconds) < NO_TIME_S else 0.0


def corrected(at: datetime, seconds: float) -> datetime | None:
    """Give the time that it was; None where it needs no correction or is no time."""
    if not seconds:
        return None
    try:
        return at + timedelta(seconds=seconds)
    except OverflowError:
        return None


def jump_of(run: str, at: datetime, seconds: float) -> Jump:
    """Give the step that a record says which was written after it, at `at`."""
    back = timedelta(seconds=max(0.0, seconds))
    try:
        return Jump(run, at - back, seconds)
    except OverflowError:
        return Jump(run, datetime.min.replace(tzinfo=at.tzinfo), seconds)
