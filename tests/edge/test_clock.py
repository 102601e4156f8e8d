"""A clock that is set is told once; one that nobody keeps right is not trusted."""

import struct
import time
from datetime import timedelta

import pytest

from edge.clock import ClockWatch, Reading, jump
from edge.timekeeper import Timex, ask_kernel, is_right, is_trusted, read_clocks
from sites.frame import HOME_BYTES, decode_record, encode_record, size_of
from tests.edge.records import NOON, after

LARGEST_PPM = 500 << 16  # of Linux: parts per million, as adjtimex(2) counts them
MOST_ERROR_US = 16_000_000  # NTP_PHASE_LIMIT
ALL_FLAGS = 0xFFFF


def reading(wall: float, steady: float) -> Reading:
    """Give both clocks at so many seconds after noon and after the boot."""
    return Reading(after(wall), steady)


@pytest.mark.parametrize(
    ("wall", "seconds"),
    [(11.0, 10.0), (-7199.0, -7200.0), (6.01, 5.01), (-4.01, -5.01)],
)
def test_a_jump_is_what_the_wall_clock_gained_over_the_steady_one(wall, seconds):
    found = jump(reading(0, 100), reading(wall, 101))
    assert found == pytest.approx(seconds)


@pytest.mark.parametrize("wall", [1.0, 6.0, -4.0, 0.0])
def test_up_to_five_seconds_are_no_jump(wall):
    assert jump(reading(0, 100), reading(wall, 101)) is None


def test_a_late_tick_is_no_jump():
    assert jump(reading(0, 100), reading(3600, 3700)) is None


def test_each_jump_is_told_once_with_the_time_after_it():
    watch = ClockWatch(reading(0, 100))
    told = watch.look(reading(61, 101), trusted=False)
    assert told is not None
    assert (told.at, told.seconds, told.trusted) == (after(61), 60.0, False)
    assert watch.look(reading(62, 102), trusted=True) is None
    back = watch.look(reading(3, 103), trusted=True)
    assert back is not None
    assert (back.seconds, back.trusted) == (-60.0, True)


@pytest.mark.parametrize("step", [4.9, -4.9, 0.5])
def test_a_clock_that_is_set_in_small_steps_is_told_as_they_add_up(step):
    watch = ClockWatch(reading(0, 0))
    looks = (reading(n * (1 + step), float(n)) for n in range(1, 1000))
    found = [told for one in looks if (told := watch.look(one, trusted=True))]
    assert sum(one.seconds for one in found) == pytest.approx(999 * step, abs=5.0)
    assert all(5.0 < abs(one.seconds) < 10.0 for one in found)


def test_small_steps_that_take_each_other_back_are_no_jump():
    watch = ClockWatch(reading(0, 0))
    looks = (reading(n + n % 2 * 4.9, float(n)) for n in range(1, 1000))
    assert not any(watch.look(one, trusted=True) for one in looks)


def test_a_jump_of_millennia_is_still_a_record_that_can_be_read():
    watch = ClockWatch(reading(0, 0))
    told = watch.look(Reading(NOON + timedelta(days=10**6), 1.0), trusted=True)
    assert told is not None
    again = decode_record(encode_record(told))
    assert again == told
    assert size_of([encode_record(told)]) <= HOME_BYTES


def test_it_is_an_alarm_lane_record_that_leaves_a_home():
    told = ClockWatch(reading(0, 0)).look(reading(100, 1), trusted=True)
    assert told is not None
    assert (told.lane, told.leaves_home) == ("al", "always")


@pytest.mark.parametrize(
    ("state", "status", "right"),
    [
        (0, 0x2001, True),
        (0, 0x41, False),  # nobody keeps it
        (5, 0x2001, False),
        (1, 0x1, True),  # a leap second comes
        (-1, 0, True),  # the kernel would not say
    ],
)
def test_a_clock_is_trusted_when_the_kernel_says_so_or_nothing(state, status, right):
    assert is_right(state, status) is right


def test_this_machine_can_be_asked():
    first, second = read_clocks(), read_clocks()
    assert second.steady >= first.steady
    assert first.wall.tzinfo is not None


def test_what_the_kernel_tells_of_its_clock_is_read_in_the_right_places():
    state, told = ask_kernel()
    assert is_trusted() is is_right(state, told.status)
    # what stands behind `status` in struct timex: a constant, a precision, ...
    begin = Timex.status.offset + struct.calcsize("l") + struct.calcsize("ll")
    tolerance, seconds = struct.unpack_from("ll", bytes(told), begin)
    assert tolerance == LARGEST_PPM
    assert abs(seconds - time.time()) < 5
    assert abs(told.freq) <= LARGEST_PPM
    assert 0 <= told.esterror <= told.maxerror <= MOST_ERROR_US
    assert told.status & ~ALL_FLAGS == 0


def test_a_kernel_that_cannot_be_asked_warns_of_nothing(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("edge.timekeeper.ask_kernel", refuse)
    assert is_trusted() is True


def refuse() -> tuple[int, Timex]:
    raise OSError("no such call")
