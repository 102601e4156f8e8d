"""What a camera says becomes a record, and a blind camera is counted."""

from datetime import UTC, datetime

import pytest

from edge.camera import sighting as seen
from edge.camera.sightings import Cameras, record_of
from edge.errors import SEEN, Loss
from sites.frame import decode_record, encode_record
from sites.record import Record
from sites.sight import CameraLost, CameraRestored, MotionEnded, MotionStarted
from tests.edge.records import NOON

AT = NOON.timestamp()


def start(**changes: object) -> seen.MotionStarted:
    """Give a motion in zone 2, with a picture."""
    fields: dict[str, object] = {
        "at": AT,
        "zone": "2",
        "box": (0.1, 0.2, 0.3, 0.4),
        "area": 0.05,
        "score": 0.9,
        "snapshot": b"jpeg",
    }
    return seen.MotionStarted(**(fields | changes))  # type: ignore[arg-type]  # a builder


def cameras(*numbers: int) -> tuple[Cameras, list[tuple[Record, bytes | None]]]:
    told: list[tuple[Record, bytes | None]] = []
    return Cameras(list(numbers), lambda *what: told.append(what)), told


def test_a_motion_becomes_a_record_of_its_camera_and_zone():
    assert record_of(9, start()) == MotionStarted(
        at=NOON, sensor=9, zone=2, box=(0.1, 0.2, 0.3, 0.4), area=0.05, score=0.9
    )


def test_the_end_of_a_motion_becomes_a_record():
    ended = seen.MotionEnded(AT, "2", 12.34567)
    assert record_of(9, ended) == MotionEnded(at=NOON, sensor=9, zone=2, seconds=12.346)


@pytest.mark.parametrize("reason", list(Loss))
def test_every_loss_of_a_camera_can_be_written_down(reason: Loss):
    record = record_of(9, seen.CameraLost(AT, reason))
    assert record == CameraLost(at=NOON, sensor=9, reason=reason.value)
    assert record is not None
    assert decode_record(encode_record(record)) == record


def test_a_camera_that_is_back_becomes_a_record():
    restored = record_of(9, seen.CameraRestored(AT))
    assert restored == CameraRestored(at=NOON, sensor=9)


def test_a_sign_of_life_is_no_record():
    assert record_of(9, seen.Alive(AT, 100)) is None


def test_numbers_beyond_the_picture_are_brought_back_into_it():
    record = record_of(9, start(box=(-0.01, 0.5, 1.2, 0.33333333), area=1.5, score=-1))
    assert isinstance(record, MotionStarted)
    assert (record.box, record.area, record.score) == ((0, 0.5, 1, 0.3333), 1, 0)
    assert decode_record(encode_record(record)) == record


def test_the_time_of_a_sighting_is_kept():
    record = record_of(9, seen.CameraRestored(1.5))
    assert record is not None
    assert record.at == datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)


def test_a_picture_goes_with_the_motion_that_it_shows():
    own, told = cameras(9)
    own.take(9, start())
    own.take(9, seen.MotionEnded(AT, "2", 1.0))
    assert [picture for _, picture in told] == [b"jpeg", None]


@pytest.mark.parametrize("reason", sorted(SEEN))
def test_a_deceived_camera_is_blind_until_its_scene_is_back(reason: Loss):
    own, told = cameras(9)
    own.take(9, seen.CameraLost(AT, reason))
    own.take(9, seen.Alive(AT, 1))
    own.take(9, start())
    assert own.blind == 1
    own.take(9, seen.CameraRestored(AT))
    assert own.blind == 0
    own.take(9, seen.Alive(AT, 2))
    assert own.blind == 0
    assert [type(record) for record, _ in told] == [
        CameraLost,
        MotionStarted,
        CameraRestored,
    ]


def test_a_camera_is_blind_until_it_shows_something_and_when_it_is_lost():
    own, told = cameras(8, 9)
    assert (own.count, own.blind) == (2, 2)
    own.take(8, seen.Alive(AT, 1))
    assert own.blind == 1
    own.take(9, start())
    assert own.blind == 0
    own.take(9, seen.CameraLost(AT, Loss.FROZEN))
    own.take(9, seen.MotionEnded(AT, "2", 1.0))
    assert own.blind == 1
    own.take(9, seen.CameraRestored(AT))
    assert own.blind == 0
    assert len(told) == 4
