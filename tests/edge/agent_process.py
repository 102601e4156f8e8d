"""The agent as a process of its own, as it runs on a device."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "wachtpost", "edge"]


LACKING = """\
import runpy, sys
sys.modules.update(dict.fromkeys({libraries!r}))
runpy.run_module("wachtpost", run_name="__main__", alter_sys=True)
"""


@contextmanager
def running(
    home: Path, without: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the agent of a folder; killed at the end of the block if it still runs.

    `without` names libraries that it shall not find here, because a device has none.
    """
    log = (home / "log").open("ab")
    command = [sys.executable, "-c", LACKING.format(libraries=without), "edge"]
    process = subprocess.Popen(
        [*(command if without else COMMAND), "run", "--home", str(home)],
        cwd=ROOT,
        stderr=log,
        stdout=log,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(60)
        log.close()


def by_hand(home: Path, *words: str) -> dict[str, Any]:
    """Give a command as a person does; gives the answer."""
    done = subprocess.run(
        [*COMMAND, words[0], "--home", str(home), *words[1:]],
        cwd=ROOT,
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert done.stdout, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["ok"] == (done.returncode == 0)
    return answer


def end(process: subprocess.Popen[bytes]) -> int:
    """Ask the agent to end, as systemd does; gives its exit code.

    How long that takes is not judged here: the agent waits 8 s for its last receipts,
    and this machine may be busy.
    """
    process.terminate()
    return process.wait(60)
