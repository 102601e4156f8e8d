"""Cameras on the network: a real RTSP server, asked by real processes."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import pytest

from edge.camera.camera import Patience
from edge.camera.capture import MUTED_S
from edge.camera.film import Film
from edge.camera.login import Login
from edge.camera.memory import private_bytes
from edge.camera.pace import HEARTBEAT_S
from edge.camera.scene_film import RATE, SceneFilm
from edge.camera.sighting import Alive, CameraLost, CameraRestored, MotionStarted
from edge.camera.stream import OPEN_TIMEOUT_S
from edge.errors import FilmError, Loss
from edge.sight.picture import Pixels
from tests.edge_camera.watching import Seen, plan, watching
from tests.servers import rtsp
from tests.servers.need import needed
from tests.servers.rtsp import Manner, NetworkCamera

Start: TypeAlias = Callable[..., NetworkCamera]

# Everything that means something in an address, and letters of more than a byte.
PASSWORD = "p@ss:w/ö%#?+ &=x"  # noqa: S105 - of a server that lives for this test
PATIENT = Patience(first=0.1, longest=0.5)
LONG = Patience(first=60.0, longest=60.0)
TOLD_S = 10.0
FLAPS = 5


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a film for cameras: the drawn yard."""
    path = tmp_path_factory.mktemp("cameras") / "film"
    return rtsp.write_film(path, yard(20))


def yard(seconds: int) -> Iterator[Pixels]:
    """A place with things to know it by; plain grey is what a covered lens sees."""
    stills = SceneFilm("made:1", RATE).stills()
    for still in islice(stills, seconds * RATE):
        picture = cv2.cvtColor(still.colours(), cv2.COLOR_YUV2BGR_I420)
        yield cv2.resize(picture, (320, 180)).astype(np.uint8)


def busy_yard(seconds: int) -> Iterator[Pixels]:
    """The same, and something large that never stands still."""
    for number, picture in enumerate(yard(seconds)):
        left = round(270 * (1 - abs(number / RATE % 4 - 2) / 2))
        picture[90:150, left : left + 40] = 20
        yield picture


@pytest.fixture
def start(filmed: Path) -> Iterator[Start]:
    """Give a way to start cameras; all end with the test."""
    with ExitStack() as stack:

        def started(film: Path = filmed, **manner: object) -> NetworkCamera:
            with needed():
                kind = Manner(**manner)  # type: ignore[arg-type]  # as the test says
                return stack.enter_context(rtsp.started(film, kind))
            raise AssertionError

        yield started


def refusal(source: str, login: Login | None) -> FilmError:
    with pytest.raises(FilmError) as caught:
        Film(source, 5.0, login=login)
    return caught.value


def looks(seen: Seen) -> int:
    """How many pictures the process that runs now has looked at."""
    return int(seen.of(Alive)[-1].frames) if seen.of(Alive) else 0


def came(seen: Seen, kind: type, times: int) -> bool:
    """Whether something was told so often."""
    return len(seen.of(kind)) >= times


def silence(seen: Seen) -> float:
    """How long after the last sign of life the loss was told, in seconds."""
    (lost,) = seen.of(CameraLost)
    return float(lost.at - max(one.at for one in seen.of(Alive) if one.frames))


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_the_right_password_opens_and_no_other(start, auth):
    camera = start(auth=auth, login=("guard", PASSWORD))
    with Film(camera.source, 5.0, login=Login("guard", PASSWORD)) as film:
        still = next(film.stills())
    assert still.luma.shape == (180, 320)
    assert still.luma.std() > 10
    for login in (Login("guard", "wrong"), Login("nobody", PASSWORD), None):
        error = refusal(camera.source, login)
        assert error.reason is Loss.REFUSED
        assert str(error) == "opening fails (HTTPUnauthorizedError)"


def test_the_longest_login_goes_through_whole(start):
    password = "x" * (127 - len("guard:"))
    camera = start(auth="basic", login=("guard", password))
    assert Login("guard", password).fits()
    with Film(camera.source, 5.0, login=Login("guard", password)) as film:
        assert next(film.stills()).luma.shape == (180, 320)
    assert not Login("guard", password + "x").fits()
    camera = start(auth="basic", login=("guard", password + "x"))
    error = refusal(camera.source, Login("guard", password + "x"))
    assert error.reason is Loss.REFUSED  # FFmpeg has cut it off


def test_what_the_camera_does_not_have_is_missing(start):
    error = refusal(start().source.replace("live", "dead"), None)
    assert error.reason is Loss.MISSING


def test_a_client_that_joins_between_keyframes_sees_no_half_picture(start):
    with Film(start(join=5).source, 10.0) as film:
        stills = film.stills()
        lumas = [next(stills).luma for _ in range(8)]
    assert all(cv2.norm(luma, lumas[-1], cv2.NORM_L1) < 8 * luma.size for luma in lumas)


async def test_a_wrong_password_is_told_as_refused_and_tried_again(start):
    source = plan(start(auth="basic").source, login=Login("guard", "wrong"))
    async with watching(source, patience=PATIENT) as [(_, seen)]:
        await seen.until(lambda: len(seen.of(Alive)) >= 2)
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.REFUSED]


async def test_a_camera_whose_plug_is_pulled_is_lost_and_mute_when_it_is_back(
    tmp_path, start
):
    busy = rtsp.write_film(tmp_path / "film", busy_yard(20))
    camera = start(busy, join=7, auth="digest")
    source = plan(camera.source, login=Login("guard", "secret"))
    async with watching(source, patience=PATIENT) as [(_, seen)]:
        await seen.until(lambda: seen.of(MotionStarted))
        first = next(one.at for one in seen.of(Alive) if one.frames)
        assert seen.of(MotionStarted)[0].at - first >= MUTED_S - HEARTBEAT_S
        camera.kill()
        await seen.until(lambda: seen.of(CameraLost))
        assert silence(seen) < TOLD_S
        camera.start()
        await seen.until(lambda: seen.of(CameraRestored))
        known = len(seen.of(MotionStarted))
        await seen.until(lambda: len(seen.of(MotionStarted)) > known)
    back, moved = seen.of(CameraRestored)[0], seen.of(MotionStarted)[known]
    assert moved.at - back.at >= MUTED_S
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.REFUSED]


async def test_a_grey_second_after_a_return_is_no_scene_and_starts_nothing(
    tmp_path, start
):
    grey = [np.full((180, 320, 3), 128, np.uint8)] * RATE
    film = rtsp.write_film(tmp_path / "film", [*grey, *yard(7)])
    async with watching(plan(start(film).source), patience=PATIENT) as [(_, seen)]:
        await seen.until(lambda: looks(seen) >= 5 * 7)
    assert not seen.of(MotionStarted, CameraLost)


async def test_a_camera_that_changes_its_size_meanwhile_is_watched_on(tmp_path, start):
    small = rtsp.write_film(tmp_path / "small", busy_yard(5))
    large = (cv2.resize(one, (640, 360)) for one in busy_yard(6))
    film = tmp_path / "film"
    film.write_bytes(
        small.read_bytes() + rtsp.write_film(tmp_path / "large", large).read_bytes()
    )
    async with watching(plan(start(film).source), patience=PATIENT) as [(_, seen)]:
        await seen.until(lambda: looks(seen) >= 5 * 16)  # there and back again
    assert not seen.of(CameraLost)
    assert seen.of(MotionStarted)


def test_a_camera_that_takes_the_call_and_says_nothing_is_refused_in_time():
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = time.monotonic()
        error = refusal(f"rtsp://127.0.0.1:{server.getsockname()[1]}/live", None)
    assert error.reason is Loss.REFUSED
    assert str(error) == "the camera does not answer"
    assert time.monotonic() - began < OPEN_TIMEOUT_S + 2


def test_a_camera_that_talks_rubbish_is_rubbish():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"\x00\xff" * 5000)

        thread = threading.Thread(target=answer)
        thread.start()
        error = refusal(f"rtsp://127.0.0.1:{server.getsockname()[1]}/live", None)
        thread.join()
    assert error.reason in {Loss.RUBBISH, Loss.REFUSED}


def describe(length: int, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Answer what is asked first, then DESCRIBE with these lines."""
    yield b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n"
    yield b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n"
    yield f"Content-Length: {length}\r\n\r\n".encode()
    yield b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n"
    yield from lines


STREAM = b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:s\r\n"
KEY = b"m=video 0 RTP/AVP 96\r\na=fmtp:96 sprop-parameter-sets=" + b"Z" * 10**8
GIANTS = {
    "more than is sent": (2 * 10**9, [STREAM]),
    "two gigabytes": (2 * 10**9, repeat(STREAM * 10_000)),
    "many streams": (len(STREAM) * 20_000 + 45, [STREAM * 20_000]),
    "one line": (len(KEY) + 47, [KEY, b"\r\n"]),
}


@pytest.mark.parametrize("giant", GIANTS)
async def test_a_giant_description_of_a_camera_costs_its_process_and_no_more(giant):
    length, lines = GIANTS[giant]
    ended = threading.Event()

    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        parts = describe(length, lines)
        with connection, suppress(OSError):
            connection.recv(4096)
            connection.sendall(next(parts))
            connection.recv(4096)
            for part in parts:
                connection.sendall(part)
            ended.wait(20)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        before = private_bytes(os.getpid())
        source = f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
        async with watching(plan(source), patience=LONG) as [(_, seen)]:
            await seen.until(lambda: seen.of(CameraLost))
        ended.set()
        thread.join()
    assert not seen.of(CameraRestored)
    assert private_bytes(os.getpid()) - before < 64 * 2**20


async def test_cameras_that_fall_silent_are_frozen_within_ten_seconds(start):
    stalls, freezes = start(), start()
    plans = plan(stalls.source), plan(freezes.source, 1)
    async with watching(*plans, patience=PATIENT) as [(_, one), (_, other)]:
        await one.until(lambda: looks(one))
        stalls.stall()  # it answers, and sends no picture
        await other.until(lambda: looks(other))
        freezes.freeze()  # not a byte comes, and nothing is closed
        for seen in (one, other):
            await seen.until(partial(seen.of, CameraLost))
            assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.FROZEN]
            assert silence(seen) < TOLD_S
        stalls.go_on()
        freezes.thaw()
        await one.until(lambda: one.of(CameraRestored))
        await other.until(lambda: other.of(CameraRestored))


async def test_a_camera_that_comes_and_goes_takes_nothing_from_the_agent(start):
    camera = start()
    before = len(children())  # the camera, and servers of other tests
    async with watching(plan(camera.source), patience=PATIENT) as [(_, seen)]:
        held = []
        for flap in range(FLAPS):
            await seen.until(partial(came, seen, CameraRestored, flap))
            await seen.until(lambda: looks(seen))
            held.append(held_now())
            assert len(children()) <= before + 1  # the camera's process
            camera.kill()
            await seen.until(partial(came, seen, CameraLost, flap + 1))
            camera.start()
    (files, memory), (last_files, last_memory) = held[1], held[-1]
    assert last_files <= files
    assert last_memory - memory < 2 * 2**20
    assert len(seen.of(CameraLost)) == FLAPS


def held_now() -> tuple[int, int]:
    """How many files we have open, and how much memory we have."""
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return files, private_bytes(os.getpid())


def children() -> list[str]:
    """The processes that we started and that are not gone, dead ones as well."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [pid for task in tasks for pid in task.read_text("ascii").split()]
