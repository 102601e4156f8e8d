import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.demo import program
from dashboard.demo.errors import NotReadyError, ProgramEndedError
from dashboard.demo.program import Program, port_answers

SLEEPS = "import threading; threading.Event().wait(60)"
STUBBORN = (
    "import signal, threading;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True);"
    "threading.Event().wait(60)"
)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def never() -> bool:
    return False


async def test_what_a_program_says_is_kept_when_it_ends_by_itself(tmp_path) -> None:
    code = "import sys; print('no such broker'); sys.exit(3)"
    child = await Program.start("edge", ["-c", code], tmp_path / "said")
    with pytest.raises(ProgramEndedError) as caught:
        await child.watch()
    assert caught.value.code == 3
    assert "edge ended by itself (exit 3)" in str(caught.value)
    assert "no such broker" in str(caught.value)


async def test_a_program_that_ends_before_it_is_ready_is_named(tmp_path) -> None:
    child = await Program.start("collector", ["-c", "1/0"], tmp_path / "said")
    with pytest.raises(ProgramEndedError, match="ZeroDivisionError"):
        await child.ready(never)


async def test_a_program_that_is_never_ready_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(program, "READY_S", 0.2)
    child = await Program.start("dashboard", ["-c", SLEEPS], tmp_path / "said")
    with pytest.raises(NotReadyError, match="dashboard was not ready"):
        await child.ready(never)
    await child.stop()


async def test_a_program_gets_its_environment(tmp_path) -> None:
    code = "import os; print(os.environ['WACHTPOST_TEST'])"
    child = await Program.start(
        "edge", ["-c", code], tmp_path / "said", {"WACHTPOST_TEST": "here"}
    )
    with pytest.raises(ProgramEndedError):
        await child.watch()
    assert child.said() == "here\n"


async def test_stopping_ends_a_program_that_does_not_listen(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(program, "STOP_S", 0.2)
    child = await Program.start("edge", ["-c", STUBBORN], tmp_path / "said")

    async def deaf() -> bool:
        return "deaf" in child.said()

    await child.ready(deaf)
    await child.stop()
    assert child.process.returncode == -signal.SIGKILL
    await child.stop()


def test_programs_die_with_a_demo_that_is_killed(tmp_path) -> None:
    code = f"""
import asyncio, pathlib
from dashboard.demo.program import Program
async def main():
    child = await Program.start("edge", ["-c", {SLEEPS!r}], pathlib.Path("said"))
    print(child.process.pid, flush=True)
    await child.watch()
asyncio.run(main())
"""
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.kill()
    asyncio.run(gone(pid))


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while lives(pid):  # noqa: ASYNC110 - nobody tells of a process not ours
            await asyncio.sleep(0.02)


async def test_a_port_answers_only_while_somebody_listens() -> None:
    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await port_answers(port)
    server.close()
    await server.wait_closed()
    assert not await port_answers(port)
