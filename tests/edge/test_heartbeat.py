"""A heartbeat says how the device is, often enough and not too often."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.camera.sightings import Cameras
from edge.heartbeat import ALONE_BEAT_S, BEAT_S, Pulse
from edge.outbox import Outbox
from sites.frame import HOME_BYTES, encode_record, size_of
from tests.edge.records import NOON, fill, measurement, panic


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox", NOON) as outbox:
        yield outbox


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(box: Outbox, clock: Clock, tmp_path: Path) -> Pulse:
    return Pulse(box, tmp_path, Cameras([8, 9], lambda *_: None), clock, lambda: False)


def test_a_heartbeat_says_how_the_device_is(box: Outbox, pulse: Pulse, clock: Clock):
    fill(box, measurement(), 3)
    fill(box, panic(), 2)
    clock.forward(61.9)
    beat = pulse.beat()
    assert (beat.at, beat.uptime_s) == (clock.at, 61)
    assert (beat.backlog_al, beat.backlog_up) == (3, 3)
    assert (beat.cameras, beat.cameras_blind) == (2, 2)
    assert 0 < beat.disk_free < 1
    assert beat.clock_trusted is False


def test_the_first_beat_is_due_at_once(pulse: Pulse):
    assert pulse.due(connected=False)


def test_a_beat_is_due_every_five_seconds_while_somebody_hears(
    pulse: Pulse, clock: Clock
):
    pulse.beat()
    clock.forward(BEAT_S - 1)
    assert not pulse.due(connected=True)
    clock.forward(1)
    assert pulse.due(connected=True)


def test_a_beat_is_due_every_minute_while_nobody_hears(pulse: Pulse, clock: Clock):
    pulse.beat()
    clock.forward(BEAT_S)
    assert not pulse.due(connected=False)
    clock.forward(ALONE_BEAT_S - BEAT_S)
    assert pulse.due(connected=False)


def test_a_clock_that_is_set_back_does_not_silence_the_device(
    pulse: Pulse, clock: Clock
):
    pulse.beat()
    clock.forward(-7200)
    assert pulse.due(connected=True)
    assert pulse.beat().uptime_s == 0
    assert not pulse.due(connected=True)


def test_a_heartbeat_of_a_loaded_device_fits_in_the_frame_of_a_home(pulse: Pulse):
    beat = pulse.beat()
    longest = type(beat)(
        seq=2**53,
        at=beat.at.replace(microsecond=123_456),
        uptime_s=2**53,
        backlog_al=2**53,
        backlog_up=2**53,
        disk_free=0.123,
        cameras=255,
        cameras_blind=255,
        clock_trusted=False,
    )
    assert size_of([encode_record(longest)]) <= HOME_BYTES
