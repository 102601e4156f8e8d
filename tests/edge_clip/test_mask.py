"""What a mask hides is black before anything is encoded, and never on the disk."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge.camera.camera import ENVIRONMENT, ROOT
from edge.camera.sighting import (
    LENGTH_BYTES,
    CameraPlan,
    ClipKept,
    MotionStarted,
    Sighting,
    length_of,
    pack,
    sighting_of,
)
from edge.clip.adopt import adopt
from edge.clip.plan import ClipPlan
from edge.sight.picture import Pixels
from edge.sight.shape import Polygon
from tests.edge_camera.clip import visitor
from tests.edge_clip.film import (
    YARD,
    Coding,
    kept_of,
    packets_of,
    pictures_of,
    watched,
    write_film,
)

HEIGHT, WIDTH = 360, 640
WINDOW: Polygon = ((0.31, 0.12), (0.72, 0.1), (0.7, 0.47), (0.33, 0.52))
BLACK = 4  # of 255
HEAD = 2000  # bytes of a packet in which x264 may write what it is, ours as theirs


def noise(seconds: float, *, visits: bool = True) -> Iterator[Pixels]:
    """Yield pictures in which coloured light flickers in a window, brighter than all.

    The hardest there is for an encoder: nothing of it can be foretold.
    """
    random = np.random.default_rng(22)
    box = visitor(7, 10)
    for number in range(round(seconds * 10)):
        picture = random.normal(120, 3, (HEIGHT, WIDTH, 3)).clip(0, 255)
        picture[40:200, 190:470] = random.integers(0, 256, (160, 280, 3))
        picture[40:200:8, 190:470] = 255
        place = box(number / 10) if visits else None
        if place:
            left, top, width, height = place
            picture[top + 150 : top + 150 + height, left : left + width] = 20
        yield picture.astype(np.uint8)


def hidden() -> Any:
    """Where a picture must be black: each block of 16 px that the mask touches."""
    corners = [(x * (WIDTH - 1), y * (HEIGHT - 1)) for x, y in WINDOW]
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(plane, [np.array(corners).round().astype(np.int32)], (1,))
    wide = np.zeros((-(-HEIGHT // 16) * 16, WIDTH), np.uint8)
    wide[:HEIGHT] = plane
    blocks = wide.reshape(-1, 16, WIDTH // 16, 16).max(axis=(1, 3))
    return blocks.repeat(16, axis=0).repeat(16, axis=1)[:HEIGHT].astype(bool)


def brightest(picture: Pixels, where: Any) -> int:
    return int(picture[where].max())


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the same film as cameras send it: limited and full range."""
    folder = tmp_path_factory.mktemp("films")
    return {
        form: write_film(
            folder / f"{form}.mp4", noise(13), Coding(b_frames=1, pix_fmt=form)
        )
        for form in ("yuv420p", "yuvj420p")
    }


@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p"])
def test_clip_snapshot_and_thumbnail_are_black_under_a_mask_a22(
    films: dict[str, Path], tmp_path: Path, form: str
):
    told = watched(films[form], tmp_path, masks=(WINDOW,), snapshots=True)
    where = hidden()
    (kept,) = kept_of(told)
    clip = pictures_of(tmp_path / f"{kept.clip}.mp4")
    assert kept.before >= 5.0
    assert len(clip) >= 10 * (5.0 + 2.0)
    assert max(brightest(picture, where) for picture in clip) <= BLACK
    assert (
        np.mean([picture[~where].mean() for picture in clip]) > 90
    )  # the rest is there

    (started,) = [one for one in told if isinstance(one, MotionStarted)]
    assert started.snapshot
    snapshot = cv2.imdecode(np.frombuffer(started.snapshot, np.uint8), cv2.IMREAD_COLOR)
    assert snapshot is not None
    assert brightest(snapshot.astype(np.uint8), where) <= BLACK

    # pages show the snapshot small; what scaling mixes at the very edge is not hidden
    size = (WIDTH // 2, HEIGHT // 2)
    thumbnail = cv2.resize(snapshot, size, interpolation=cv2.INTER_AREA)
    inner = cv2.erode(where.astype(np.uint8), np.ones((3, 3), np.uint8))
    small = cv2.resize(inner, size, interpolation=cv2.INTER_NEAREST).astype(bool)
    assert small.any()
    assert brightest(thumbnail.astype(np.uint8), small) <= BLACK


def test_without_the_mask_the_window_would_be_seen(
    films: dict[str, Path], tmp_path: Path
):
    (kept,) = kept_of(watched(films["yuv420p"], tmp_path))
    clip = pictures_of(tmp_path / f"{kept.clip}.mp4")
    assert min(brightest(picture, hidden()) for picture in clip) > 200


@cache
def pieces_of(film: Path) -> list[bytes]:
    """Cut some pieces out of each packet of a film."""
    return [
        one.data[at : at + 24]
        for one in packets_of(film)
        for at in range(HEAD, len(one.data) - 24, 4999)
    ]


def leaks(data: bytes, film: Path) -> bool:
    """Say whether bytes hold any piece of a film's packets."""
    return any(piece in data for piece in pieces_of(film))


def test_the_search_for_leaks_finds_one(films: dict[str, Path], tmp_path: Path):
    (kept,) = kept_of(watched(films["yuv420p"], tmp_path))
    assert leaks((tmp_path / f"{kept.clip}.mp4").read_bytes(), films["yuv420p"])


def process(film: Path, folder: Path, speed: float) -> subprocess.Popen[bytes]:
    """Start a camera's process all of whose files would lie in a folder."""
    home = {name: str(folder) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    started = subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "edge.camera.capture"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**ENVIRONMENT, **home, "PYTHONPATH": str(ROOT)},
        cwd=folder,
    )
    assert started.stdin
    plan = CameraPlan(
        index=3,
        source=str(film),
        zones=YARD,
        speed=speed,
        masks=(WINDOW,),
        clips=ClipPlan(folder=str(folder / "clips")),
    )
    started.stdin.write(pack(plan))
    started.stdin.flush()
    return started


def said(running: subprocess.Popen[bytes]) -> Iterator[Sighting]:
    """Yield what a camera's process says, until it ends."""
    assert running.stdout
    while len(head := running.stdout.read(LENGTH_BYTES)) == LENGTH_BYTES:
        yield sighting_of(running.stdout.read(length_of(head)))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("end", ["of the film", "by a kill"])
def test_nothing_that_a_mask_hides_ever_lies_on_the_disk(
    films: dict[str, Path], tmp_path: Path, end: str
):
    killed = end == "by a kill"
    film, clips = films["yuv420p"], tmp_path / "clips"
    speed = 5.0 if killed else 20.0  # slow enough to be caught at it
    with process(film, tmp_path, speed) as running:
        for one in said(running):
            for path in files_in(tmp_path):
                assert not leaks(path.read_bytes(), film)
            if killed and any(path.stat().st_size > 9999 for path in clips.glob("*")):
                os.kill(running.pid, signal.SIGKILL)
            if isinstance(one, ClipKept):
                assert not killed
    if killed:
        (kept,) = adopt(clips, 3)
        assert kept.seconds > 0
    files = files_in(tmp_path)
    assert [path.suffix for path in files] == [".mp4"]
    assert not leaks(files[0].read_bytes(), film)
    pictures = pictures_of(files[0])
    assert max(brightest(picture, hidden()) for picture in pictures) <= BLACK
