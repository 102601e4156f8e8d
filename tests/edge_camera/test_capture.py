"""What a camera's process says, and when; here without the process around it."""

import time
from collections.abc import Iterator
from typing import Any

import cv2
import pytest

from edge.camera.capture import Watch
from edge.camera.pace import HEARTBEAT_S, Pace
from edge.camera.sighting import (
    Alive,
    CameraLost,
    CameraPlan,
    CameraRestored,
    MotionEnded,
    MotionStarted,
    Sighting,
)
from edge.errors import Loss
from edge.sight.picture import Pixels
from edge.sight.shape import WHOLE
from tests.edge_camera.clip import RATE, scene, visitor, write_clip

YARD = (("yard", WHOLE),)
LEFT = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))


def told(source: object, **more: Any) -> list[Sighting]:
    """Everything that is told of a film, which is run as fast as it goes."""
    values = {"index": 0, "zones": YARD, "speed": 1000.0, **more}
    sightings: list[Sighting] = []
    Watch(CameraPlan(source=str(source), **values), sightings.append).run()
    return sightings


def of(sightings: list[Sighting], kind: type) -> list[Any]:
    return [sighting for sighting in sightings if isinstance(sighting, kind)]


def test_the_first_word_is_a_heartbeat_and_the_last_a_loss(visit):
    sightings = told(visit)
    assert isinstance(sightings[0], Alive)
    assert sightings[0].frames == 0
    assert of(sightings, CameraLost) == [sightings[-1]]
    assert sightings[-1].reason is Loss.ENDED  # type: ignore[union-attr]  # see above


def test_living_pictures_are_told_once_and_before_any_motion(visit):
    kinds = [type(one) for one in told(visit) if not isinstance(one, Alive)]
    assert kinds == [CameraRestored, MotionStarted, MotionEnded, CameraLost]


def test_motion_that_outlasts_the_film_is_ended_before_the_loss(tmp_path):
    path = write_clip(tmp_path / "stays.mkv", scene(9, box=visitor(4, 99)))
    kinds = [type(one) for one in told(path)]
    assert kinds[-2:] == [MotionEnded, CameraLost]


def test_each_zone_tells_its_own(visit):
    sightings = told(visit, zones=(("gate", LEFT), ("yard", WHOLE)))
    assert {one.zone for one in of(sightings, MotionStarted)} == {"gate", "yard"}
    assert {one.zone for one in of(sightings, MotionEnded)} == {"gate", "yard"}


def test_without_zones_nothing_moves(visit):
    assert not of(told(visit, zones=()), MotionStarted)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_picture_goes_along_only_if_the_plan_wants_it(visit, wanted):
    (started,) = of(told(visit, snapshots=wanted), MotionStarted)
    assert (started.snapshot is not None) is wanted
    if wanted:
        assert started.snapshot.startswith(b"\xff\xd8\xff")  # a JPEG


def test_a_frozen_picture_is_lost_and_never_told_alive(tmp_path):
    path = write_clip(tmp_path / "still.mkv", [next(scene(1))] * 120)
    sightings = told(path)
    assert sightings[-1].reason is Loss.FROZEN  # type: ignore[union-attr]  # a loss
    assert not of(sightings, CameraRestored)


@pytest.mark.parametrize(
    ("content", "reason"), [(None, Loss.MISSING), (b"rubbish" * 99, Loss.RUBBISH)]
)
def test_a_film_that_cannot_be_opened_is_lost_at_once(tmp_path, content, reason):
    path = tmp_path / "film.mp4"
    if content:
        path.write_bytes(content)
    alive, lost = told(path)
    assert isinstance(alive, Alive)
    assert isinstance(lost, CameraLost)
    assert lost.reason is reason


def test_moments_carry_the_time_of_the_clock(visit):
    before = time.time()
    sightings = told(visit, speed=20.0)
    after = time.time()
    (started,), (ended,) = of(sightings, MotionStarted), of(sightings, MotionEnded)
    assert before <= started.at <= ended.at <= after


def test_heartbeats_go_on_while_a_slow_film_is_waited_for(tmp_path):
    path = write_clip(tmp_path / "clip.mkv", scene(1))
    beats = of(told(path, speed=0.3), Alive)
    assert len(beats) >= 3  # 0.8 s of film at 0.3 times takes 2.7 s
    assert beats[-1].at - beats[0].at >= 2 * HEARTBEAT_S * 0.9


def test_a_live_camera_is_not_waited_for():
    beats: list[int] = []
    plan = CameraPlan(index=0, source="rtsp://camera/1", speed=0.001)
    pace = Pace(plan, lambda: beats.append(1))
    began = time.monotonic()
    pace.wait_for(0.0)
    pace.wait_for(500.0)
    assert time.monotonic() - began < 5
    assert beats == []


def test_the_end_of_a_motion_is_dated_back_to_when_it_was():
    pace = Pace(CameraPlan(index=0, source="film", speed=1000.0), lambda: None)
    pace.wait_for(0.0)
    pace.wait_for(30.0)
    assert time.time() - pace.at(30.0) == pytest.approx(0.0, abs=2)
    assert pace.at(30.0) - pace.at(-9_970.0) == pytest.approx(10.0, abs=2)


def ticking(picture: Pixels, seconds: float) -> Iterator[Pixels]:
    """Hold a picture still but for a clock in it, which goes on."""
    for number in range(int(seconds * RATE)):
        text = f"2026-07-01 12:{number // RATE // 60:02}:{number // RATE % 60:02}"
        shown = picture.copy()
        cv2.putText(shown, text, (6, 14), cv2.FONT_HERSHEY_PLAIN, 0.8, (255,) * 3)
        yield shown


@pytest.mark.parametrize("lively", [15, 70])
def test_a_picture_that_stands_still_behind_its_clock_is_lost_once_a38(
    tmp_path, lively
):
    """Each loss ends the process; the next one sees the same, and says nothing new."""
    alive = list(scene(lively))
    memory = str(tmp_path / "memory")
    films = {
        "stops.mkv": alive + list(ticking(alive[-1], 14)),
        "stands.mkv": list(ticking(alive[-1], 14)),
        "lives.mkv": scene(14, seed=5),
    }
    for name, pictures in films.items():
        write_clip(tmp_path / name, pictures)
    first = told(tmp_path / "stops.mkv", memory=memory)
    assert [type(one) for one in first if not isinstance(one, Alive)] == [
        CameraRestored,
        CameraLost,
    ]
    for _ in range(3):
        again = told(tmp_path / "stands.mkv", memory=memory)
        assert not of(again, CameraRestored)
        assert again[-1].reason is Loss.FROZEN  # type: ignore[union-attr]  # a loss
    back = told(tmp_path / "lives.mkv", memory=memory)
    assert of(back, CameraRestored)
    assert back[-1].reason is Loss.ENDED  # type: ignore[union-attr]  # as above
