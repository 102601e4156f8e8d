"""Where the smaller stream is looked at, clips are of the full one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.sighting import CameraLost, MotionStarted
from edge.errors import Loss
from tests.edge_camera.clip import scene, visitor
from tests.edge_clip.film import Coding, kept_of, packets_of, watched, write_film

ENTERS = 12.0


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give the full and the smaller stream of a camera, keyframes at other places."""
    folder = tmp_path_factory.mktemp("streams")
    pictures = list(scene(30, box=visitor(ENTERS, 16)))
    full = [
        cv2.resize(one, (640, 360), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
        for one in pictures
    ]
    small = write_film(folder / "small.mp4", pictures, Coding(gop=10))
    return write_film(folder / "full.mp4", full, Coding(gop=25, b_frames=2)), small


def test_the_clip_is_a_copy_of_the_full_stream_with_its_pre_roll(
    streams: tuple[Path, Path], tmp_path: Path
):
    full, small = streams
    told = watched(full, tmp_path, substream=str(small), speed=40.0)
    (kept,) = kept_of(told)
    whole, part = packets_of(full), packets_of(tmp_path / f"{kept.clip}.mp4")
    at = [one.data for one in whole].index(part[0].data)
    assert [one.data for one in part] == [
        one.data for one in whole[at : at + len(part)]
    ]
    assert whole[at].is_key
    assert kept.before >= 5.0
    assert whole[at].seconds <= ENTERS - 4.0
    assert whole[at].seconds + kept.before >= ENTERS - 0.2
    assert whole[at + len(part) - 1].seconds >= 20


def test_a_full_stream_that_cannot_be_read_costs_clips_and_no_sight(
    streams: tuple[Path, Path],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):
    _, small = streams
    gone = tmp_path / "gone.mp4"
    told = watched(gone, tmp_path / "clips", substream=str(small), speed=200.0)
    assert [one for one in told if isinstance(one, MotionStarted)]
    assert kept_of(told) == []
    (lost,) = [one for one in told if isinstance(one, CameraLost)]
    assert lost.reason is Loss.ENDED
    assert "no clips, its full stream is missing" in capfd.readouterr().err
