"""Cameras in processes of their own, that hang and die without harm to anybody."""

import asyncio
import math
import os
import signal
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.camera import MOST_UNREAD, Camera, Patience
from edge.camera.patience import Allowance
from edge.camera.scene_film import SceneFilm
from edge.camera.sighting import (
    Alive,
    CameraLost,
    CameraRestored,
    ClipKept,
    LensDirty,
    LightChanged,
    MotionEnded,
    MotionStarted,
    NuisanceStarted,
    VisitLingered,
    VisitsRepeated,
    pack,
)
from edge.clip.plan import ClipPlan
from edge.errors import Loss, SightingError
from tests.edge_camera.clip import scene, visitor, write_clip
from tests.edge_camera.made import staged
from tests.edge_camera.watching import (
    LONG_S,
    QUICK,
    Seen,
    is_gone,
    plan,
    watching,
)


async def test_a_visit_on_a_film_is_told_from_start_to_end(visit):
    before = asyncio.get_running_loop().time()
    async with watching(plan(visit)) as [(_, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
    started, ended = seen.of(MotionStarted, MotionEnded)
    assert isinstance(started, MotionStarted)
    assert isinstance(ended, MotionEnded)
    assert started.zone == ended.zone == "yard"
    assert started.snapshot is None
    assert 5.5 < ended.seconds < 7
    assert started.at <= ended.at
    assert seen.of(CameraLost) == [seen.all[-1]]
    assert seen.all[-1].reason is Loss.ENDED  # type: ignore[union-attr]  # see above
    assert asyncio.get_running_loop().time() - before >= 1  # 20 s at 20 times


async def test_a_recorded_film_that_ended_is_not_shown_again(visit):
    seen = Seen()
    camera = Camera(plan(visit), seen.take, patience=QUICK)
    async with asyncio.timeout(LONG_S):
        await camera.watch()
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.ENDED]


async def test_a_film_that_loops_goes_on(visit):
    async with watching(plan(visit, loop=True, speed=100.0)) as [(_, seen)]:
        await seen.until(lambda: len(seen.of(MotionEnded)) >= 3)
    assert not seen.of(CameraLost)


async def test_a_covered_camera_is_told_and_looked_through_until_it_is_free_a38(
    tmp_path,
):
    pictures = [
        still.colours() for still in islice(SceneFilm("made:1", 5).stills(), 160)
    ]
    bgr = [
        cv2.cvtColor(one, cv2.COLOR_YUV2BGR_I420).astype(np.uint8) for one in pictures
    ]
    film = [one for one in staged("covered fast", bgr, 12, 24, 5) for _ in range(2)]
    path = str(write_clip(tmp_path / "covered.mkv", film))
    async with watching(plan(path, loop=True)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
        pid = camera.pid
        await seen.until(lambda: seen.of(CameraRestored))
        assert camera.pid == pid
    lost, restored = seen.of(CameraLost)[0], seen.of(CameraRestored)[0]
    assert lost.reason is Loss.COVERED
    assert lost.at < restored.at


async def test_a_snapshot_comes_when_wanted_and_is_black_under_the_masks(visit):
    left = ((0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0))
    wanted = plan(visit, snapshots=True, masks=(left,))
    async with watching(wanted) as [(_, seen)]:
        await seen.until(lambda: seen.of(MotionStarted))
    snapshot = seen.of(MotionStarted)[0].snapshot
    image = cv2.imdecode(np.frombuffer(snapshot, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image[:, :64].max() <= 4
    assert image[:, 80:].mean() > 60


async def test_the_made_scene_is_a_camera_like_any_other():
    async with watching(plan("made:1")) as [(_, seen)]:
        await seen.until(lambda: seen.of(MotionEnded))
    assert not seen.of(CameraLost)


async def test_a_missing_film_is_told_once_and_tried_again_until_it_is_there(tmp_path):
    path = tmp_path / "late.mkv"
    async with watching(plan(str(path))) as [(_, seen)]:
        await seen.until(lambda: len(seen.of(Alive)) >= 3)  # three attempts
        assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.MISSING]
        ready = write_clip(tmp_path / "ready.mkv", scene(20, box=visitor(5, 12)))
        ready.rename(path)
        await seen.until(lambda: seen.of(CameraRestored))
        await seen.until(lambda: seen.of(MotionStarted))


async def test_a_film_of_rubbish_harms_no_other_camera(tmp_path, visit):
    rubbish = tmp_path / "rubbish.mp4"
    rubbish.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"rubbish" * 1000)
    plans = plan(str(rubbish)), plan(visit, index=1, loop=True)
    async with watching(*plans) as [(_, bad), (_, good)]:
        await bad.until(lambda: len(bad.of(Alive)) >= 3)
        await good.until(lambda: good.of(MotionEnded))
    assert [lost.reason for lost in bad.of(CameraLost)] == [Loss.RUBBISH]
    assert not good.of(CameraLost)


async def test_a_film_that_stands_still_is_frozen(tmp_path):
    moving = list(scene(5))
    still = [moving[-1]] * 120
    path = write_clip(tmp_path / "frozen.mkv", moving + still)
    async with watching(plan(str(path))) as [(_, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
    assert seen.of(CameraLost)[0].reason is Loss.FROZEN


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_a_process_that_dies_is_told_and_replaced(visit, kill):
    async with watching(plan(visit, loop=True)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(MotionStarted))
        first = camera.pid
        assert first
        os.kill(first, kill)
        await seen.until(lambda: seen.of(CameraRestored))
        assert camera.pid not in {None, first}
    lost = seen.of(CameraLost)
    assert [one.reason for one in lost] == [Loss.CRASHED]


async def test_motion_that_a_crash_cuts_off_is_ended_before_the_loss(visit):
    async with watching(plan(visit, speed=5.0)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(MotionStarted))
        assert camera.pid
        os.kill(camera.pid, signal.SIGKILL)
        await seen.until(lambda: len(seen.of(MotionEnded)) == 2)
    told = seen.of(MotionStarted, MotionEnded, CameraLost, CameraRestored)
    assert [type(one) for one in told[:6]] == [
        MotionStarted,
        MotionEnded,
        CameraLost,
        CameraRestored,
        MotionStarted,
        MotionEnded,
    ]
    assert 0 <= told[1].seconds < 7


async def test_a_process_that_hangs_is_killed_and_the_others_go_on(visit):
    brief = Patience(hang=4.0, first=0.05, longest=0.2)
    made, filmed = plan("made:1", speed=1.0), plan(visit, 1, loop=True, speed=1.0)
    async with (
        watching(made, patience=brief) as [(camera, seen)],
        watching(filmed) as [(_, other)],
    ):
        await seen.until(lambda: seen.of(Alive) and camera.pid)
        await other.until(lambda: other.of(Alive))
        assert camera.pid
        stopped = camera.pid
        os.kill(stopped, signal.SIGSTOP)
        await seen.until(lambda: seen.of(CameraLost))
        await seen.until(lambda: seen.of(CameraRestored))
        assert is_gone(stopped)
        await other.until(lambda: len(other.of(Alive)) >= 3)
    assert seen.of(CameraLost)[0].reason is Loss.HUNG
    assert not other.of(CameraLost)


async def test_a_process_that_never_begins_is_a_hang_of_its_own(visit):
    hasty = Patience(start=0.01, hang=30.0, first=LONG_S, longest=LONG_S)
    async with watching(plan(visit), patience=hasty) as [(camera, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
        assert camera.pid is None
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.HUNG]
    assert not seen.of(Alive)


async def test_a_source_that_never_answers_is_a_hang(tmp_path):
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)  # opening it waits for a writer who never comes
    patience = Patience(hang=3.0, first=0.05, longest=0.2)
    async with watching(plan(str(pipe)), patience=patience) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        pid = camera.pid
        await seen.until(lambda: seen.of(CameraLost))
        assert pid
        assert is_gone(pid)
    assert seen.of(CameraLost)[0].reason is Loss.HUNG


@pytest.mark.parametrize(
    "rubbish", [b"\xff\xff\xff\xff", b"\0\0\0\3abc", b"\0\0\0\0", b"GET / HTTP/1.1\r\n"]
)
async def test_rubbish_in_the_pipe_is_the_cameras_trouble_alone(rubbish):
    async with watching(plan("made:1", speed=1.0)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        write_into_pipes_of(camera.pid, rubbish)
        await seen.until(lambda: seen.of(CameraRestored))
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.RUBBISH]


@pytest.mark.parametrize(
    "forged",
    [
        MotionStarted(1.0, "bedroom", (0, 0, 1, 1), 1.0, 1.0),
        MotionStarted(1.0, "yard", (0, 0, 1, 1), 1.0, 1.0, b"a picture"),
        VisitsRepeated(1.0, "no number", 3),
        VisitLingered(1.0, "bedroom", 90.0),
        NuisanceStarted(1.0, "bedroom"),
        LensDirty(math.nan),
        LensDirty(1e300),
        CameraLost(math.inf, Loss.COVERED),
        ClipKept(math.nan, "ab" * 32, 20.0, 5.0, 1000),
        VisitsRepeated(1.0, "yard", -1),
    ],
)
async def test_a_process_that_goes_beyond_its_plan_is_not_believed(forged):
    async with watching(plan("made:1", speed=1.0)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        write_into_pipes_of(camera.pid, pack(forged))
        await seen.until(lambda: seen.of(CameraRestored))
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.RUBBISH]
    assert forged not in seen.all


@pytest.mark.parametrize(
    "word",
    [Alive(1.0, 1), LightChanged(1.0, "lamp"), ClipKept(1.0, "ab" * 32, 1, 1, 1)],
)
async def test_a_process_that_floods_us_is_ended_and_floods_nobody_else(word):
    clips = ClipPlan(folder="/nowhere/clips")
    patience = replace(QUICK, words=(50.0, 1.0))
    one = plan("made:1", speed=1.0, clips=clips)
    async with watching(one, patience=patience) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        write_into_pipes_of(camera.pid, pack(word) * 200)
        await seen.until(lambda: seen.of(CameraLost))
    assert seen.of(CameraLost)[0].reason is Loss.RUBBISH
    assert seen.all.count(word) <= 50


def test_an_allowance_comes_back_with_time():
    allowance = Allowance(3.0, 2.0)

    def said(at: float) -> int:
        for count in range(10):
            try:
                allowance.spend(at)
            except SightingError:
                return count
        return 10

    assert [said(at) for at in (10.0, 10.4, 10.7, 11.7, 1000.0)] == [3, 0, 1, 2, 3]


async def test_orders_that_nobody_reads_take_no_memory():
    async with watching(plan("made:1", speed=1.0)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        assert camera.pid
        os.kill(camera.pid, signal.SIGSTOP)
        for _ in range(20_000):
            camera.keep(1.0)
        assert camera._stdin
        waiting = camera._stdin.transport.get_write_buffer_size()
        os.kill(camera.pid, signal.SIGCONT)
    assert waiting <= 2 * MOST_UNREAD


def write_into_pipes_of(pid: int | None, data: bytes) -> None:
    """Write where the process writes its sightings, as a broken decoder might."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        is_standard = entry.name in {"0", "1", "2"}
        if not is_standard and str(entry.readlink()).startswith("pipe:"):
            with entry.open("wb", buffering=0) as pipe:
                pipe.write(data)
            return
    raise AssertionError("the process has no pipe")
