"""A process's clock jumps while it runs, and its seconds go on."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.clock import SteppedClock, missing_clocks, stepped_clocks
from tests.servers.errors import ServerMissing
from tests.servers.need import needed

# Says its two clocks each time it is asked.
PROGRAM = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""
DAY_S = 86_400
CACHED_S = 2.5  # libfaketime reads its file again after a second or two


def test_the_wall_clock_jumps_and_seconds_do_not(tmp_path: Path):
    with needed():
        if not stepped_clocks():
            raise missing_clocks()
    clock = SteppedClock(tmp_path / "clock")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=clock.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        wall, seconds = asked(process)
        for step in (-DAY_S, 2 * DAY_S, 0):
            clock.step(step)
            while True:
                later, passed = asked(process)
                if abs(later - wall - step - (passed - seconds)) < CACHED_S:
                    break
                assert passed - seconds < 60
        process.communicate()


def test_a_machine_without_the_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("tests.chaos.clock.LIBRARY", None)
    assert not stepped_clocks()
    with pytest.raises(ServerMissing, match="libfaketime"):
        _ = SteppedClock(tmp_path / "clock").environment


def asked(process: subprocess.Popen[str]) -> tuple[float, float]:
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    wall, seconds = process.stdout.readline().split()
    return float(wall), float(seconds)
