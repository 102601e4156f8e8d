"""A camera's process takes so much memory and no more, and films cannot change that."""

import resource
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import structlog

from edge.camera.camera import ROOT, Patience
from edge.camera.film import BAD_IN_A_ROW, Film
from edge.camera.memory import MOST_BYTES, limit_memory, private_bytes
from edge.camera.sighting import Alive, CameraLost, CameraRestored, MotionEnded
from edge.errors import FilmError, Loss
from tests.edge_camera.clip import scene
from tests.edge_camera.watching import QUICK, plan, watching

HUGE = 16_000  # px; a picture of 256 megapixels


def run(code: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False
    )


def bomb(path: Path, size: int, count: int = BAD_IN_A_ROW + 20) -> Path:
    """Write a small film of small files, each of which says that it is enormous."""
    whole, data = cv2.imencode(".jpg", next(scene(1)))
    assert whole
    jpeg = bytearray(data.tobytes())
    at = jpeg.index(b"\xff\xc0") + 5  # height and width, two bytes each
    jpeg[at : at + 4] = size.to_bytes(2, "big") * 2
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.height, stream.width, stream.pix_fmt = 180, 320, "yuvj420p"
        for number in range(count):
            packet = av.Packet(bytes(jpeg if number else data.tobytes()))
            packet.stream, packet.pts = stream, number
            packet.time_base = Fraction(1, 10)
            container.mux(packet)
    return path


def test_memory_beyond_the_limit_is_refused_by_the_kernel():
    done = run(
        "from edge.camera.memory import limit_memory\n"
        f"limit_memory({64 * 2**20})\n"
        "held = bytearray(16 * 2**20)\n"
        "try: bytearray(128 * 2**20)\n"
        "except MemoryError: print('refused')\n"
    )
    assert done.stdout == b"refused\n"


def test_a_limit_that_is_there_already_is_not_raised():
    done = run(
        "import resource\n"
        "from edge.camera.memory import limit_memory\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**28, 2**28))\n"
        "limit_memory()\n"
        "print(*resource.getrlimit(resource.RLIMIT_DATA))\n"
    )
    assert done.stdout.split() == [b"268435456"] * 2


def test_this_process_has_no_limit_of_a_cameras():
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] != MOST_BYTES
    assert callable(limit_memory)


async def test_each_cameras_process_is_limited():
    async with watching(plan("made:1")) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        assert camera.pid
        limits = resource.prlimit(camera.pid, resource.RLIMIT_DATA)
        assert 0 < private_bytes(camera.pid) < 150 * 2**20
    assert limits == (MOST_BYTES, MOST_BYTES)


def test_memory_of_nobody_is_none():
    assert private_bytes(2**22 + 1) == 0


async def test_a_process_that_takes_too_much_is_killed_and_told(visit):
    strict = Patience(hang=30.0, first=0.05, longest=0.2, most_bytes=2**20)
    with structlog.testing.capture_logs() as logs:
        async with watching(plan(visit), patience=strict) as [(camera, seen)]:
            await seen.until(lambda: seen.of(CameraLost))
            assert camera.pid is None
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.CRASHED]
    (told,) = [entry for entry in logs if entry["event"] == "camera.too_large"]
    assert told["bytes"] > 2**20


def test_a_picture_that_is_too_large_is_refused_before_it_is_made(tmp_path):
    path = bomb(tmp_path / "bomb.mkv", HUGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Film(str(path), 5.0) as film, pytest.raises(FilmError) as caught:
        list(film.stills())
    assert caught.value.reason is Loss.RUBBISH
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < HUGE * HUGE / 4


async def test_a_film_bomb_harms_nobody(tmp_path, visit):
    bombs = plan(str(bomb(tmp_path / "bomb.mkv", HUGE)), speed=1000.0)
    good = plan(visit, index=1, loop=True)
    async with watching(bombs, good, patience=QUICK) as [(_, bad), (_, other)]:
        await bad.until(lambda: bad.of(CameraLost))
        await other.until(lambda: other.of(MotionEnded))
    assert bad.of(CameraLost)[0].reason is Loss.RUBBISH
    assert not other.of(CameraLost)


async def test_a_size_that_changes_to_what_is_too_much_is_a_loss_that_is_told(
    tmp_path,
):
    large = 5_800  # px; allowed as a picture, and more than many of them may take
    film = plan(str(bomb(tmp_path / "grows.mkv", large, 40)), speed=1000.0)
    async with watching(film) as [(_, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
    assert seen.of(CameraLost)[0].reason in {Loss.ENDED, Loss.RUBBISH, Loss.CRASHED}
    assert not seen.of(CameraRestored)
    assert np.iinfo(np.uint16).max > large


def test_memory_that_is_freed_stays_with_the_process():
    grow = (
        "import resource\n"
        "from edge.camera.memory import keep_freed_memory\n"
        "{keep}\n"
        "def work(): [bytearray(b'x' * 160_000) for _ in range(20)]\n"
        "work()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "for _ in range(20): work()\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)\n"
    )
    kept = int(run(grow.format(keep="keep_freed_memory()")).stdout)
    given_back = int(run(grow.format(keep="")).stdout)
    assert kept < given_back / 4


HEAP = """
import ctypes
import threading
from edge.camera.memory import keep_freed_memory

def is_in_the_heap(size):
    block = bytearray(size)
    at = ctypes.addressof(ctypes.c_char.from_buffer(block))
    for line in open('/proc/self/maps'):
        if line.rstrip().endswith('[heap]'):
            begin, end = (int(part, 16) for part in line.split()[0].split('-'))
            if begin <= at < end:
                told.append(True)
                return
    told.append(False)

told = []
{setting}
{steps}
print(*told)
"""


def placed(steps: str, setting: str = "keep_freed_memory()") -> list[bytes]:
    done = run(HEAP.format(setting=setting, steps=steps))
    assert not done.stderr
    return done.stdout.split()


def test_whole_pictures_leave_no_holes_in_the_heap():
    steps = "is_in_the_heap(320 * 1024)\nis_in_the_heap(1280 * 720 * 3 // 2)"
    assert placed(steps) == [b"True", b"False"]


def test_all_threads_share_one_heap():
    steps = (
        "thread = threading.Thread(target=is_in_the_heap, args=(100_000,))\n"
        "thread.start()\n"
        "thread.join()"
    )
    assert placed(steps) == [b"True"]
    assert placed(steps, "") == [b"False"]  # by itself


def status(pid: int | None) -> str:
    return Path(f"/proc/{pid}/status").read_text()


async def test_a_cameras_process_takes_small_pages():
    async with watching(plan("made:1")) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        assert "THP_enabled:\t0" in status(camera.pid)


def test_a_cameras_process_loads_nothing_that_only_the_agent_needs():
    done = run("import sys, edge.camera.capture; print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in done.stdout.decode().split()}
    assert {"edge", "cv2", "av"} <= loaded
    heavy = {"asyncio", "gpiozero", "paho", "pydantic", "rich", "ssl", "structlog"}
    assert not loaded & heavy
