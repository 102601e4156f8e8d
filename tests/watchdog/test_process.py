"""The process as it is installed: it writes down that it looks, and ends in order."""

import asyncio
import os
import shlex
import sys
from pathlib import Path

from tests.collector.waiting import until
from tests.incident.stage import look

UNIT = Path("firmware-configs/watchdog/wachtpost-watchdog.service")


async def test_it_looks_by_itself_and_ends_when_it_is_told(world, database_url):
    environ = {
        **os.environ,
        "WACHTPOST_WATCHDOG_DATABASE_URL": database_url("wachtpost_collector"),
        "WACHTPOST_WATCHDOG_NAME": "bello",
        "WACHTPOST_WATCHDOG_HEALTH": "127.0.0.1:0",
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wachtpost", "collector", "watchdog"),
        env=environ,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        names = "select name from store.watchdog where seen > now() - interval '1 min'"
        await until(lambda: child.returncode is not None or look(world, names))
        assert look(world, names) == [("bello",)]
        child.terminate()
        async with asyncio.timeout(30):
            assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def test_without_a_database_to_watch_it_says_what_is_missing():
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wachtpost", "collector", "watchdog"),
        env={"PATH": "/usr/bin"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()
    assert child.returncode == 1
    assert b"WACHTPOST_WATCHDOG_DATABASE_URL is missing" in said


def test_the_unit_starts_it_and_waits_for_nothing_that_it_watches():
    text = UNIT.read_text()
    start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(start.removeprefix("ExecStart="))
    assert words == ["/opt/wachtpost/bin/wachtpost", "collector", "watchdog"]
    assert "Restart=always" in text
    wanted = [line for line in text.splitlines() if line.startswith(("After", "Req"))]
    assert wanted == ["After=network-online.target"]
