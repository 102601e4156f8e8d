"""Keyframes alone are looked at where they are close together; a substream instead."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from edge.camera.capture import Watch
from edge.camera.film import LONGEST_GOP_S, Film
from edge.camera.sighting import Alive, CameraPlan, CameraRestored, Sighting
from edge.errors import CameraPlanError
from tests.edge_camera.clip import RATE, scene
from tests.edge_camera.watching import YARD, plan

SECONDS = 8


def encoded(path: Path, gops: list[int]) -> Path:
    """Encode a scene with groups of so many pictures, the last again and again."""
    options = {"preset": "ultrafast", "x264-params": "scenecut=0:keyint=1000"}
    keys = {0}
    for gop in gops:
        keys.add(max(keys) + gop)
    while max(keys) < SECONDS * RATE:
        keys.add(max(keys) + gops[-1])
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", RATE, options=options)
        stream.height, stream.width, stream.pix_fmt = 180, 320, "yuv420p"
        for number, picture in enumerate(scene(SECONDS)):
            frame = av.VideoFrame.from_ndarray(picture, "bgr24")
            frame.pict_type = 1 if number in keys else 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def looks(path: Path, *, keyframes: bool) -> list[float]:
    with Film(str(path), 5.0, keyframes=keyframes) as film:
        return [round(still.moment.seconds, 2) for still in film.stills()]


def test_keyframes_that_are_close_together_are_all_that_is_looked_at(tmp_path):
    path = encoded(tmp_path / "close.mp4", [5])
    assert looks(path, keyframes=True) == [n / 2 for n in range(2 * SECONDS)]
    assert looks(path, keyframes=False) == [round(n / 5, 2) for n in range(5 * SECONDS)]


def test_where_keyframes_are_far_apart_all_is_looked_at_from_the_second_on(tmp_path):
    path = encoded(tmp_path / "far.mp4", [20])
    seconds = looks(path, keyframes=True)
    assert seconds[:2] == [0.0, 2.0]
    steps = [round(b - a, 2) for a, b in pairwise(seconds[1:])]
    assert steps == [0.2] * len(steps)
    assert seconds[-1] == SECONDS - 0.2


def test_keyframes_that_come_to_be_far_apart_are_noticed(tmp_path):
    path = encoded(tmp_path / "grows.mp4", [5, 5, 5, 5, 30])
    seconds = looks(path, keyframes=True)
    assert seconds[:5] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert seconds[5] == 5.0  # the next keyframe: all between needs those left out
    assert len(seconds) == 5 + 15


def test_what_is_shown_after_frames_were_left_out_is_no_half_picture(tmp_path):
    path = encoded(tmp_path / "far.mp4", [20])
    with Film(str(path), 5.0, keyframes=True) as film:
        for still in film.stills():
            assert abs(float(np.mean(still.luma)) - 118) < 4
            assert float(np.std(still.luma)) < 6


def test_the_bound_is_that_of_two_keyframes_a_second():
    assert 0.5 < LONGEST_GOP_S < 1.0


def told(source: str, **more: Any) -> list[Sighting]:
    sightings: list[Sighting] = []
    Watch(
        CameraPlan(index=0, source=source, zones=YARD, speed=1000.0, **more),
        sightings.append,
    ).run()
    return sightings


def test_the_substream_is_looked_at_and_not_the_source(visit, tmp_path):
    nowhere = str(tmp_path / "nowhere.mkv")
    of_substream, of_source = told(nowhere, substream=visit), told(visit)
    assert kinds(of_substream) == kinds(of_source)
    assert kinds(of_source)[0] is CameraRestored


def kinds(sightings: list[Sighting]) -> list[type]:
    return [type(one) for one in sightings if not isinstance(one, Alive)]


def test_what_is_looked_at_is_said_by_the_plan():
    assert plan("rtsp://a/1").looked_at == "rtsp://a/1"
    assert plan("rtsp://a/1", substream="rtsp://a/2").looked_at == "rtsp://a/2"
    assert plan("rtsp://a/1", substream="rtsp://a/2").is_live


@pytest.mark.parametrize("pair", [("rtsp://a/1", "film.mkv"), ("film.mkv", "usb:0")])
def test_a_film_and_a_camera_are_not_one_source(pair):
    with pytest.raises(CameraPlanError, match="substream and source"):
        plan(pair[0], substream=pair[1])
