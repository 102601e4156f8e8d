"""How far a clock is off, and when that is told: pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.clock import (
    Clock,
    Jump,
    corrected,
    hear,
    judge,
    jump,
    jump_of,
    shift,
    start,
)
from tests.collector.world import NOW, RUN

OTHER_RUN = "f" * 16
MINUTE = timedelta(minutes=1)
WHILE = timedelta(seconds=15)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def follow(waits: list[float], clock: Clock | None = None, every: float = 5.0):
    """Let a frame come every so many seconds; give the clock and the offsets told."""
    now, told = clock or Clock(), []
    begin = (now.since or NOW) + WHILE
    for step, wait in enumerate(waits):
        before, received = now, begin + timedelta(seconds=step * every)
        now, wrong = judge(before, hear(before, [wait], received))
        if wrong:
            told.append(now.offset)
    return now, told


def test_a_clock_six_seconds_behind_is_told_once_a18():
    now, told = follow([6.2, 6.05, 6.4, 6.1, 6.3, 6.2, 6.1, 6.5, 6.1])
    assert told == [6.05]
    assert now.told == 6.05


def test_a_clock_six_seconds_ahead_is_told_at_its_first_frame_and_once_a18():
    now, told = follow([-5.9, -5.95, -5.8, -5.9, -5.7, -5.95, -5.9])
    assert told == [-5.9]
    assert now.told == -5.9


@pytest.mark.parametrize("offset", [-4.9, 0.0, 0.3, 4.9, 5.0])
def test_up_to_five_seconds_are_nobodys_business(offset: float):
    now, told = follow([offset] * 12)
    assert (told, now.offset) == ([], offset)


@pytest.mark.parametrize(
    "waits",
    [
        [0.1, 20, 30, 0.2, 40, 50, 0.1],
        [900, 0.1, 900, 0.1, 900, 0.2],
        [14_400.0] * 2 + [0.1] * 8,
    ],
)
def test_frames_that_took_long_are_no_clock_that_is_behind(waits: list[float]):
    _, told = follow(waits)
    assert told == []


def test_what_was_sent_four_hours_ago_and_comes_all_at_once_proves_nothing():
    clock = hear(Clock(), [14_400.0] * 8, NOW)
    assert clock.offset is None
    assert hear(clock, [0.2], after(11)).offset == 0.2


def test_three_frames_and_ten_seconds_make_an_estimate():
    clock = Clock()
    for seconds in (0.0, 9.9):
        clock = hear(clock, [7.0, 8.0], after(seconds))
        assert clock.offset is None
    assert hear(clock, [9.0], after(10)).offset == 7.0
    two = hear(hear(Clock(), [7.0], NOW), [7.0], after(30))
    assert two.offset is None


def test_a_drift_is_told_when_it_passes_five_seconds_and_again_five_later():
    _, told = follow([0.1 * step for step in range(120)])
    assert [round(one) for one in told if one is not None] == [5, 10]


def test_back_below_four_it_is_right_and_may_go_wrong_again():
    now, told = follow([6.0] * 4)
    now, more = follow([4.5] * 4, now)
    assert (now.told, more) == (6.0, [])
    now, more = follow([3.9] * 4, now)
    assert (now.told, more) == (None, [])
    _, again = follow([6.0] * 6, now)
    assert (told, again) == ([6.0], [6.0])


def test_a_step_from_one_side_to_the_other_is_told_though_both_are_small():
    now, told = follow([-3.0] * 4)
    assert told == []
    now, told = follow([3.0] * 8, now)
    assert told == [3.0]
    assert now.told is None


def test_a_run_begins_anew_and_the_same_offset_is_not_told_again():
    now, _ = follow([3600.0] * 4)
    fresh = start(now, OTHER_RUN)
    assert fresh == Clock(run=OTHER_RUN, told=3600.0)
    now, told = follow([3600.4] * 6, fresh)
    assert told == []
    _, told = follow([7200.0] * 6, start(now, RUN))
    assert told == [7200.0]


def test_a_step_that_the_device_tells_of_moves_the_estimate_at_once():
    behind, _ = follow([3600.0] * 4)
    right, wrong = judge(behind, jump(behind, 3600.0))
    assert (right.offset, right.told, wrong) == (0.0, None, False)
    ahead, wrong = judge(right, jump(right, 3600.0))
    assert (ahead.offset, ahead.told, wrong) == (-3600.0, -3600.0, True)


def test_a_step_of_an_unknown_clock_leaves_it_unknown():
    assert jump(Clock(low=3.0, since=NOW, frames=2), 60.0) == Clock()


@pytest.mark.parametrize(
    ("offset", "clock_run", "seconds"),
    [
        (3600.0, RUN, 3600.0),
        (3600.0, None, 3600.0),
        (3600.0, OTHER_RUN, 0.0),
        (-6.0, RUN, -6.0),
        (5.0, RUN, 0.0),
        (None, RUN, 0.0),
        (2e10, RUN, 0.0),
    ],
)
def test_an_offset_is_that_of_its_run_and_counts_from_five_seconds_on(
    offset: float | None, clock_run: str | None, seconds: float
):
    clock = Clock(offset=offset, run=clock_run)
    assert shift(clock, [], RUN, NOW) == seconds


def test_what_was_written_before_steps_lacks_all_of_them():
    first = jump_of(RUN, NOW, 3600.0)
    second = jump_of(RUN, NOW + MINUTE, 60.0)
    jumps, right = [first, second], Clock(offset=0.2, run=RUN)
    times = {"before": NOW - 61 * MINUTE, "between": NOW, "after": NOW + MINUTE}
    shifts = {name: round(shift(right, jumps, RUN, at)) for name, at in times.items()}
    assert shifts == {"before": 3660, "between": 0, "after": 0}
    assert round(shift(right, jumps, RUN, NOW - timedelta(seconds=1))) == 60
    assert shift(right, jumps, OTHER_RUN, NOW - 61 * MINUTE) == 0


def test_a_wrong_step_makes_right_what_was_before_and_wrong_what_is_after():
    now, _ = judge(Clock(), jump(Clock(offset=0.0, run=RUN), 3600.0))
    jumps = [jump_of(RUN, NOW + 60 * MINUTE, 3600.0)]
    assert shift(now, jumps, RUN, NOW - MINUTE) == 0
    assert shift(now, jumps, RUN, NOW + 61 * MINUTE) == -3600


def test_times_that_come_twice_count_as_after_a_step_back():
    jumps = [jump_of(RUN, NOW, -600.0)]
    right = Clock(offset=0.0, run=RUN)
    assert shift(right, jumps, RUN, NOW - MINUTE) == -600
    assert shift(right, jumps, RUN, NOW + MINUTE) == 0


def test_what_leaves_the_calendar_is_not_corrected():
    last = datetime.max.replace(tzinfo=UTC)
    first = datetime.min.replace(tzinfo=UTC)
    assert corrected(last, 60.0) is None
    assert corrected(NOW, 0.0) is None
    assert corrected(NOW, 60.0) == NOW + MINUTE
    assert jump_of(RUN, first, 60.0) == Jump(RUN, first, 60.0)


WAITS = st.floats(0, 3.9, allow_nan=False)


@given(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.lists(WAITS, min_size=3, max_size=30),
)
def test_an_estimate_is_never_less_than_the_offset_nor_more_than_the_longest_way(
    offset: float, ways: list[float]
):
    now, told = follow([offset + way for way in ways])
    if now.offset is not None:
        assert offset <= now.offset <= offset + max(ways)
    assert len(told) <= 1
    if abs(offset) > 9 and len(ways) >= 3:
        assert len(told) == 1
