"""What makes a process a camera's own: its pipes, its end, and what it says of it."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
FIRST_TO_GO = 600  # /proc/self/oom_score_adj: before the agent, after a runaway


def claim_stdout() -> BinaryIO:
    """Take stdout for sightings; whatever else writes there now goes to stderr."""
    ours = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(ours, "wb")


def die_with_the_agent() -> None:
    """Have the kernel kill us when the agent dies, and before it when memory ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO), "ascii")


def claim_stdin() -> BinaryIO:
    """Take stdin for ourselves: a thread that reads Python's own would lock it."""
    return os.fdopen(os.dup(sys.stdin.fileno()), "rb")


def say_where(
    kind: type[BaseException], _: BaseException, trace: TracebackType | None
) -> None:
    """Say what broke and where, without values: they may hold a password."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    sys.stderr.write(f"camera process: {kind.__name__} at {where}\n")
