"""Cameras in processes of their own, that hang and die without harm to anybody."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import structlog

from edge.camera import ROOT, Backoff, Camera, Patience
from edge.errors import Loss
from edge.motion import WHOLE
from edge.scene_film import SceneFilm
from edge.sighting import (
    Alive,
    CameraLost,
    CameraPlan,
    CameraRestored,
    MotionEnded,
    MotionStarted,
    Sighting,
    pack,
)
from tests.edge_camera.clip import scene, visitor, write_clip
from tests.edge_camera.made import staged

LONG_S = 60.0  # nothing here takes so long
QUICK = Patience(hang=30.0, first=0.05, longest=0.2)
YARD = (("yard", WHOLE),)


class Seen:
    """Keeps what a camera reports, and lets a test wait for some of it."""

    def __init__(self) -> None:
        self.all: list[Sighting] = []
        self._news = asyncio.Event()

    def take(self, sighting: Sighting) -> None:
        self.all.append(sighting)
        self._news.set()

    def of(self, *kinds: type) -> list[Any]:
        return [sighting for sighting in self.all if isinstance(sighting, kinds)]

    async def until(self, enough: Callable[[], object]) -> None:
        async with asyncio.timeout(LONG_S):
            while not enough():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def watching(
    *plans: CameraPlan, patience: Patience = QUICK
) -> AsyncIterator[list[tuple[Camera, Seen]]]:
    """Watch through cameras in one TaskGroup; all end with the block."""
    pairs = []
    async with asyncio.TaskGroup() as group:
        tasks = []
        for plan in plans:
            seen = Seen()
            camera = Camera(plan, seen.take, patience=patience, random=lambda: 0.5)
            pairs.append((camera, seen))
            tasks.append(group.create_task(camera.watch()))
        try:
            yield pairs
        finally:
            for task in tasks:
                task.cancel()


@pytest.fixture
def visit(tmp_path) -> str:
    path = tmp_path / "visit.mkv"
    return str(write_clip(path, scene(20, box=visitor(5, 12))))


def plan(source: str, index: int = 0, **more: Any) -> CameraPlan:
    return CameraPlan(
        **{"index": index, "source": source, "zones": YARD, "speed": 20.0, **more}
    )


def is_gone(pid: int, within_s: float = 10.0) -> bool:
    """Wait until a process has ended; it need not be our child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within_s)[0])
    finally:
        os.close(handle)


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
    ],
)
async def test_a_process_that_goes_beyond_its_plan_is_not_believed(forged):
    async with watching(plan("made:1", speed=1.0)) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        write_into_pipes_of(camera.pid, pack(forged))
        await seen.until(lambda: seen.of(CameraRestored))
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.RUBBISH]
    assert forged not in seen.all


def write_into_pipes_of(pid: int | None, data: bytes) -> None:
    """Write where the process writes its sightings, as a broken decoder might."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        is_standard = entry.name in {"0", "1", "2"}
        if not is_standard and str(entry.readlink()).startswith("pipe:"):
            with entry.open("wb", buffering=0) as pipe:
                pipe.write(data)
            return
    raise AssertionError("the process has no pipe")


async def test_no_process_is_left_when_watching_ends():
    async with watching(*(plan("made:1", index) for index in range(3))) as pairs:
        for _, seen in pairs:
            await seen.until(partial(seen.of, Alive))
        pids = [camera.pid for camera, _ in pairs]
    assert all(pid and is_gone(pid, 0.0) for pid in pids)


AGENT = """
import asyncio, sys
from edge.camera import Camera
from edge.sighting import CameraPlan
camera = Camera(
    CameraPlan(index=0, source=sys.argv[1]), lambda _: print(camera.pid, flush=True)
)
asyncio.run(camera.watch())
"""


@pytest.mark.parametrize("state", ["at work", "hanging", "stopped"])
def test_a_process_dies_with_an_agent_that_is_killed(tmp_path, state):
    source = "made:1"
    if state == "hanging":
        source = str(tmp_path / "pipe.mp4")
        os.mkfifo(source)
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT, source], stdout=subprocess.PIPE, cwd=ROOT
    )
    with agent:
        assert agent.stdout
        pid = int(agent.stdout.readline())
        assert not is_gone(pid, 0.0)
        if state == "stopped":  # no thread of it can notice anything
            os.kill(pid, signal.SIGSTOP)
        agent.kill()
        assert is_gone(pid)


def test_a_process_ends_when_nobody_listens_at_its_stdin():
    process = subprocess.Popen(
        [sys.executable, "-m", "edge.capture"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(pack(plan("made:1")))
        process.stdin.flush()
        assert process.stdout.read(4)  # it is at work
        process.stdin.close()
        assert is_gone(process.pid)
    assert process.returncode == 0


def shown(pid: int | None) -> tuple[bytes, bytes]:
    """What anybody sees of a process: its command line and its environment."""
    process = Path(f"/proc/{pid}")
    return (process / "cmdline").read_bytes(), (process / "environ").read_bytes()


async def test_no_password_is_seen_in_the_list_of_processes_or_a_log(tmp_path):
    pipe = tmp_path / "guard:secret@10.9.8.7"
    os.mkfifo(pipe)
    with structlog.testing.capture_logs() as logs:
        async with watching(plan(str(pipe))) as [(camera, seen)]:
            await seen.until(lambda: seen.of(Alive))
            command, environment = shown(camera.pid)
        async with watching(plan("rtsp://guard:secret@127.0.0.1:9/x")) as [(_, seen)]:
            await seen.until(lambda: len(seen.of(Alive)) >= 2)
    assert b"edge.capture" in command
    assert b"secret" not in command + environment
    assert "secret" not in str(logs) + str(seen.all)
    assert {entry["event"] for entry in logs} >= {"camera.lost", "camera.retried"}


async def test_the_process_gets_nothing_of_the_agents_environment(monkeypatch):
    monkeypatch.setenv("WACHTPOST_KEY", "private")
    async with watching(plan("made:1")) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        _, environment = shown(camera.pid)
    assert b"private" not in environment


def test_the_agent_loads_no_picture_library():
    code = "import sys, edge.camera; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT
    )
    loaded = {name.split(".")[0] for name in done.stdout.decode().split()}
    assert "edge" in loaded
    assert not loaded & {"av", "cv2", "numpy"}


def test_delays_double_up_to_the_longest_and_start_over():
    backoff = Backoff(Patience(first=1.0, longest=8.0), random=lambda: 1.0)
    assert [backoff.delay() for _ in range(5)] == [1, 2, 4, 8, 8]
    backoff.reset()
    assert backoff.delay() == 1


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_half_of_each_delay_is_left_to_chance(chance, share):
    backoff = Backoff(Patience(first=4.0, longest=60.0), random=lambda: chance)
    assert [backoff.delay(), backoff.delay()] == [4 * share, 8 * share]
