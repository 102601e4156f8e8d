"""The messages of a camera's process, and the rubbish that may stand in their place."""

import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera.sighting import (
    LARGEST_MESSAGE,
    LENGTH_BYTES,
    Alive,
    CameraLost,
    CameraPlan,
    CameraRestored,
    ClipKept,
    MotionEnded,
    MotionStarted,
    NuisanceEnded,
    Sighting,
    VisitLingered,
    VisitsRepeated,
    length_of,
    pack,
    read_plan,
    sighting_of,
)
from edge.camera.sightings import record_of
from edge.camera.source import is_live
from edge.errors import CameraPlanError, Loss, SightingError

TRIANGLE = ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))
SIGHTINGS: list[Sighting] = [
    MotionStarted(1.5, "yard", (0.1, 0.2, 0.3, 0.4), 0.05, 0.9, b"jpeg"),
    MotionStarted(1.5, "yard", (0.1, 0.2, 0.3, 0.4), 0.05, 0.9),
    MotionEnded(2.5, "yard", 1.0),
    CameraLost(3.5, Loss.FROZEN),
    CameraRestored(4.5),
    Alive(5.5, 27),
]


@pytest.mark.parametrize("sighting", SIGHTINGS)
def test_what_is_packed_comes_out_the_same(sighting: Sighting):
    message = pack(sighting)
    head, body = message[:LENGTH_BYTES], message[LENGTH_BYTES:]
    assert length_of(head) == len(body)
    assert sighting_of(body) == sighting


def test_a_plan_reaches_the_process_whole():
    plan = CameraPlan(
        index=3,
        source="rtsp://user:secret@camera/1",
        zones=(("yard", TRIANGLE),),
        masks=(TRIANGLE,),
        speed=2.0,
        loop=True,
        fps=6.0,
        snapshots=True,
    )
    assert read_plan(io.BytesIO(pack(plan))) == plan


@given(st.floats(), st.floats(), st.integers(-(2**63), 2**63))
def test_every_sighting_that_is_read_becomes_a_record_that_can_be_written(
    at: float, seconds: float, count: int
):
    said: list[Sighting] = [
        VisitsRepeated(at, "3", count),
        VisitLingered(at, "3", seconds),
        NuisanceEnded(at, None, seconds, count),
        ClipKept(at, "ab" * 32, seconds, seconds, count),
        CameraLost(at, Loss.COVERED),
    ]
    for one in said:
        try:
            read = sighting_of(pack(one)[LENGTH_BYTES:])
        except SightingError:
            continue
        record = record_of(1, read)
        assert record is not None
        written = msgspec.json.encode(record)
        assert msgspec.json.decode(written, type=type(record)) == record


@given(st.binary(max_size=200))
def test_rubbish_is_told_as_such_and_as_nothing_else(body):
    try:
        sighting = sighting_of(body)
    except SightingError:
        return
    assert isinstance(
        sighting, MotionStarted | MotionEnded | CameraLost | CameraRestored | Alive
    )


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x80", pack(SIGHTINGS[0])[4:-1]])
def test_a_message_that_is_cut_or_empty_is_rubbish(body):
    with pytest.raises(SightingError, match="wrote no message we know"):
        sighting_of(body)


@pytest.mark.parametrize("length", [0, LARGEST_MESSAGE + 1, 2**32 - 1])
def test_a_length_that_no_message_has_is_rubbish(length):
    with pytest.raises(SightingError, match=f"a message of {length} bytes"):
        length_of(length.to_bytes(LENGTH_BYTES, "big"))


@pytest.mark.parametrize("pipe", [b"", b"\0\0\0\5abc", b"\0\0\0\1\xc1"])
def test_a_plan_that_is_cut_is_rubbish(pipe):
    with pytest.raises(SightingError):
        read_plan(io.BytesIO(pipe))


def test_an_impossible_plan_is_refused_in_the_process_too():
    body = pack(CameraPlan(index=0, source="x", zones=(("yard", TRIANGLE),)))
    with pytest.raises(SightingError, match="speed 0"):
        read_plan(io.BytesIO(body.replace(b"\xcb\x3f\xf0", b"\xcb\x00\x00")))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"source": ""}, "camera 7: the source is empty"),
        ({"speed": 0.0}, "camera 7: speed 0.0 is not in 0..1000"),
        ({"speed": float("nan")}, "camera 7: speed nan is not in 0..1000"),
        ({"fps": -1.0}, "camera 7: fps -1.0 is not in 0..100"),
        (
            {"masks": (TRIANGLE[:2],)},
            "camera 7: a polygon has fewer than 3 corners",
        ),
        (
            {"zones": (("yard", (*TRIANGLE, (1.2, 0.5))),)},
            "camera 7: corner (1.2, 0.5) is outside the picture (0 to 1)",
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(wrong, sentence):
    with pytest.raises(CameraPlanError) as caught:
        CameraPlan(**{"index": 7, "source": "film.mp4", **wrong})
    assert str(caught.value) == sentence


def test_a_plan_keeps_its_source_to_itself():
    plan = CameraPlan(index=2, source="rtsp://user:secret@10.0.0.7/1")
    assert f"{plan} {plan!r} {[plan]}".count("index=2") == 3
    assert "secret" not in f"{plan} {plan!r} {[plan]}"
    assert "10.0.0.7" not in f"{plan} {plan!r} {[plan]}"


def test_a_plan_sends_no_snapshots_unless_told_to():
    assert CameraPlan(index=0, source="film.mp4").snapshots is False


@pytest.mark.parametrize(
    ("source", "live"),
    [
        ("rtsp://camera/1", True),
        ("RTSPS://camera/1", True),
        ("film.mp4", False),
        ("made:1", False),
        ("/srv/rtsp:/film.mp4", False),
    ],
)
def test_a_live_source_is_known_by_its_scheme(source, live):
    assert is_live(source) is live
    assert CameraPlan(index=0, source=source).is_live is live
