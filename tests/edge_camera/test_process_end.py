"""A camera's process leaves nothing behind, and gives nothing away."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import structlog

from edge.camera.camera import ROOT, Backoff, Patience
from edge.camera.sighting import Alive, pack
from tests.edge_camera.watching import (
    is_gone,
    plan,
    watching,
)


async def test_no_process_is_left_when_watching_ends():
    async with watching(*(plan("made:1", index) for index in range(3))) as pairs:
        for _, seen in pairs:
            await seen.until(partial(seen.of, Alive))
        pids = [camera.pid for camera, _ in pairs]
    assert all(pid and is_gone(pid, 0.0) for pid in pids)


AGENT = """
import asyncio, sys
from edge.camera.camera import Camera
from edge.camera.sighting import CameraPlan
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
        [sys.executable, "-m", "edge.camera.capture"],
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
    assert b"edge.camera.capture" in command
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
