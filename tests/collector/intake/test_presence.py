"""Silence is decided by deadlines that count only what we could have heard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.presence import (
    GONE_GRACE,
    PATH_LOST,
    Decision,
    DevicePulse,
    Listening,
    PathPulse,
    decide_device,
    decide_path,
    waited,
)
from collector.intake.source import MISC_S as PROBE_S
from collector.intake.watch import TICK_S
from sites.policy import Policy

POLICY = Policy()
LONG = Listening(timedelta(hours=1))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def station(unheard: float, *, shown: bool = False, told: bool = False) -> DevicePulse:
    return DevicePulse(seconds(unheard), home=False, shown=shown, told=told)


def home(unheard: float, *, shown: bool = False, told: bool = False) -> DevicePulse:
    return DevicePulse(seconds(unheard), home=True, shown=shown, told=told)


def decided(show: bool, tell: bool, reason: str) -> Decision:  # noqa: FBT001  # reads as a row of a table
    return Decision(show=show, tell=tell, reason=reason)  # type: ignore[arg-type]  # words of the table below


@pytest.mark.parametrize(
    ("pulse", "show", "tell", "reason"),
    [
        (station(4), False, False, "heard"),
        (station(17.4), False, False, "heard"),
        (station(17.5), True, True, "nothing_heard"),
        (station(60, shown=True, told=True), False, False, "nothing_heard"),
        (station(60, shown=True), False, True, "nothing_heard"),
        (home(17.4), False, False, "heard"),
        (home(17.5), True, False, "nothing_heard"),
        (home(60, shown=True), False, False, "nothing_heard"),
        (home(87.4), True, False, "nothing_heard"),
        (home(87.5, shown=True), False, True, "nothing_heard"),
        (home(900), True, True, "nothing_heard"),
        (home(900, shown=True, told=True), False, False, "nothing_heard"),
    ],
)
def test_a_silent_device(pulse: DevicePulse, show: bool, tell: bool, reason: str):  # noqa: FBT001  # a row of the table
    assert decide_device(pulse, POLICY, LONG) == decided(show, tell, reason)


def test_the_units_stricter_policy_counts():
    strict = Policy(silent_shown_s=10, silent_home_s=30)
    assert decide_device(home(27.5), strict, LONG).tell
    assert decide_device(home(7.5), strict, LONG).show
    assert not decide_device(home(7.4), strict, LONG).show


@given(phase=st.floats(0, TICK_S), proof=st.floats(0, PROBE_S), took=st.floats(0, 0.4))
@pytest.mark.parametrize(
    ("pulse", "bound"), [(station, 20), (home, 90)], ids=["a station", "a home"]
)
def test_who_looks_once_a_second_keeps_each_bound(
    pulse: Callable[[float], DevicePulse],
    bound: float,
    phase: float,
    proof: float,
    took: float,
):
    heard = Listening(LONG.since, behind=seconds(proof))
    looks = (phase + TICK_S * number for number in range(200))
    told = next(at for at in looks if decide_device(pulse(at), POLICY, heard).tell)
    assert bound - 3 < told + took <= bound


@given(phase=st.floats(0, TICK_S), took=st.floats(0, 0.4))
def test_a_lost_path_is_told_within_ninety_seconds(phase: float, took: float):
    looks = (phase + TICK_S * number for number in range(200))
    pulses = ((at, PathPulse(seconds(at), None, told=False)) for at in looks)
    told = next(at for at, pulse in pulses if decide_path(pulse, LONG).tell)
    assert 87 < told + took <= 90


@pytest.mark.parametrize("since", [0, 5, 17.4])
def test_what_we_did_not_listen_to_is_no_silence(since: float):
    listening = Listening(seconds(since))
    decision = decide_device(station(3600), POLICY, listening)
    assert decision == decided(show=False, tell=False, reason="not_listening")


def test_after_a_pause_of_ours_the_deadline_starts_again():
    assert decide_device(station(3600), POLICY, Listening(seconds(17.5))).tell


def test_what_waits_to_be_read_may_be_from_the_device():
    behind = Listening(timedelta(hours=1), behind=seconds(50))
    assert not decide_device(station(60), POLICY, behind).show
    assert not decide_device(station(67), POLICY, behind).show
    assert decide_device(station(67.5), POLICY, behind).tell


@pytest.mark.parametrize(
    ("unheard", "gone", "tell", "reason"),
    [
        (3, None, False, "heard"),
        (87.4, None, False, "heard"),
        (87.5, None, True, "nothing_heard"),
        (15, 11, False, "heard"),
        (15, 13, True, "last_will"),
        (200, 100, True, "last_will"),
    ],
)
def test_a_lost_path(unheard: float, gone: float | None, tell: bool, reason: str):  # noqa: FBT001  # a row of the table
    pulse = PathPulse(
        seconds(unheard), None if gone is None else seconds(gone), told=False
    )
    assert decide_path(pulse, LONG) == decided(tell, tell, reason)


def test_a_lost_path_is_told_once():
    pulse = PathPulse(seconds(500), seconds(400), told=True)
    assert decide_path(pulse, LONG) == decided(
        show=False, tell=False, reason="last_will"
    )


def test_a_last_will_that_we_heard_before_a_pause_is_judged_after_it():
    pulse = PathPulse(seconds(60), seconds(50), told=False)
    assert not decide_path(pulse, Listening(GONE_GRACE)).tell
    assert decide_path(pulse, Listening(GONE_GRACE + seconds(1))).tell


def test_a_path_is_not_lost_while_we_do_not_listen():
    pulse = PathPulse(PATH_LOST * 2, None, told=False)
    assert decide_path(pulse, Listening(seconds(9))).reason == "not_listening"


@pytest.mark.parametrize(
    ("unheard", "listened", "behind", "paused"),
    [(18, 3600, 0, 0), (300, 20, 0, 280), (300, 3600, 30, 30), (25, 3600, 3, 3)],
)
def test_a_decision_says_how_much_of_the_silence_did_not_count(
    unheard: float, listened: float, behind: float, paused: float
):
    listening = Listening(seconds(listened), seconds(behind))
    assert decide_device(station(unheard), POLICY, listening).paused == seconds(paused)


def test_so_does_that_of_a_path_by_whichever_way_it_is_known():
    listening = Listening(seconds(100))
    silent = decide_path(PathPulse(seconds(400), None, told=False), listening)
    assert (silent.tell, silent.paused) == (True, seconds(300))
    gone = decide_path(PathPulse(seconds(401), seconds(400), told=False), listening)
    assert (gone.reason, gone.paused) == ("last_will", seconds(300))


@pytest.mark.parametrize(
    ("paused", "said"),
    [
        (0, {"unheard_s": 90}),
        (20, {"unheard_s": 90}),
        (20.5, {"unheard_s": 90} | {"paused_s": 20}),
    ],
)
def test_a_short_pause_is_not_told(paused: float, said: dict[str, int]):
    assert waited(seconds(90.9), seconds(paused)) == said
