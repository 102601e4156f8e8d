"""A clip outlives the process that wrote it, and a cable that is cut."""

import asyncio
import hashlib
import os
import signal
from pathlib import Path

import pytest

from edge.camera.camera import Camera
from edge.camera.sighting import (
    CameraLost,
    ClipKept,
    MotionStarted,
)
from edge.clip.adopt import adopt
from edge.clip.plan import ClipPlan
from edge.errors import Loss
from tests.edge_camera.clip import scene, visitor
from tests.edge_camera.watching import Seen, plan, watching
from tests.edge_clip.film import (
    kept_of,
    packets_of,
    pictures_of,
    watched,
    write_film,
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a film of 40 s in which somebody comes after 6 s and stays."""
    path = tmp_path_factory.mktemp("films") / "stays.mp4"
    return write_film(path, scene(40, box=visitor(6, 99)))


def drafts(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


async def killed_in_a_clip(film: Path, folder: Path, *, order: bool) -> Seen:
    """Kill a camera's process while it writes; give what it and its successor told."""
    clips = ClipPlan(folder=str(folder))
    async with watching(plan(str(film), 5, clips=clips, speed=6.0)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(MotionStarted))
        if order:
            camera.keep(3.0)
        await seen.until(lambda: is_growing(folder, order=order))
        kill(camera)
        await seen.until(lambda: kept_of(seen.all))
    return seen


def is_growing(folder: Path, *, order: bool) -> bool:
    end = ".ordered.part" if order else ".part"
    return any(
        path.name.endswith(end) and path.stat().st_size > 30_000
        for path in drafts(folder)
    )


def kill(camera: Camera) -> None:
    assert camera.pid
    os.kill(camera.pid, signal.SIGKILL)


@pytest.mark.parametrize("reason", ["motion", "an order"])
async def test_after_a_kill_the_next_start_takes_the_clip_in(
    film: Path, tmp_path: Path, reason: str
):
    order = reason == "an order"
    seen = await killed_in_a_clip(film, tmp_path, order=order)
    kept, *_ = kept_of(seen.all)
    clip = tmp_path / f"{kept.clip}.mp4"
    data = clip.read_bytes()
    assert hashlib.sha256(data).hexdigest() == kept.clip
    assert kept.size == len(data)
    assert kept.before >= 5.0
    assert kept.ordered is order
    assert kept.seconds >= 5.0
    assert len(pictures_of(clip)) == pytest.approx(kept.seconds * 10, abs=1)
    whole = [one.data for one in packets_of(film)]
    part = [one.data for one in packets_of(clip)]
    assert part == whole[: len(part)]
    lost = [one for one in seen.of(CameraLost) if one.reason is Loss.CRASHED]
    assert lost


async def test_a_cut_cable_finishes_the_clip_that_was_running(tmp_path: Path):
    """The cable is a pipe: FFmpeg reads from it as from a line, and it ends mid-packet.

    What had come by then is in the clip; what is cut off is not.
    """
    pipe, whole = tmp_path / "line.mkv", tmp_path / "whole.mkv"
    write_film(whole, scene(30, box=visitor(6, 99)))
    os.mkfifo(pipe)
    data = whole.read_bytes()
    clips = ClipPlan(folder=str(tmp_path / "clips"))
    async with watching(plan(str(pipe), clips=clips)) as [(_, seen)]:
        await asyncio.to_thread(pipe.write_bytes, data[: len(data) * 2 // 3])
        await seen.until(lambda: seen.of(CameraLost))
    kinds = [type(one) for one in seen.all if isinstance(one, ClipKept | CameraLost)]
    assert kinds[:2] == [ClipKept, CameraLost]
    kept, *_ = kept_of(seen.all)
    assert kept.before >= 5.0
    pictures = pictures_of(tmp_path / "clips" / f"{kept.clip}.mp4")
    assert len(pictures) == pytest.approx(200, abs=15)


def test_whatever_a_kill_leaves_is_adopted_or_goes(film: Path, tmp_path: Path):
    (kept,) = kept_of(watched(film, tmp_path))
    data = (tmp_path / f"{kept.clip}.mp4").read_bytes()
    (tmp_path / f"{kept.clip}.mp4").unlink()
    for number, share in enumerate((0.0, 0.001, 0.1, 0.5, 0.999)):
        (tmp_path / f"3-{number}.part").write_bytes(data[: int(len(data) * share)])
    told = list(adopt(tmp_path, 3))
    assert drafts(tmp_path) == []
    assert len(told) == 3  # without one whole fragment there is nothing to keep
    seconds = sorted(one.seconds for one in told)
    assert 0 < seconds[0] < seconds[1] < seconds[2] < kept.seconds
    assert {(one.at, one.before) for one in told} == {(kept.at, kept.before)}
    for one in told:
        assert len(pictures_of(tmp_path / f"{one.clip}.mp4")) > 5


def test_another_cameras_drafts_are_left_alone(tmp_path: Path):
    (tmp_path / "31-1.part").write_bytes(b"of camera 31")
    assert list(adopt(tmp_path, 3)) == []
    assert len(drafts(tmp_path)) == 1


def test_a_clip_that_nobody_signed_is_told_again_and_kept_longer(
    film: Path, tmp_path: Path
):
    (kept,) = kept_of(watched(film, tmp_path))
    (again,) = adopt(tmp_path, 3)
    assert (again.clip, again.at, again.size) == (kept.clip, kept.at, kept.size)
    assert again.ordered
    assert again.seconds == pytest.approx(kept.seconds, abs=0.15)
    assert list(adopt(tmp_path, 4)) == []


def test_a_film_that_is_none_of_ours_is_not_told(film: Path, tmp_path: Path):
    (tmp_path / "holiday.mp4").write_bytes(film.read_bytes())
    assert list(adopt(tmp_path, 3)) == []
    assert (tmp_path / "holiday.mp4").exists()
