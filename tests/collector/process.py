"""Real processes of Wachtpost, to be started, killed and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.process import as_account

ROOT = Path(__file__).parents[2]
STOP_S = 30


class Process:
    """One `python -m ROOM ...`; what it says goes to a file. It dies with us."""

    def __init__(
        self,
        arguments: list[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        python = as_account([sys.executable, "-m", *arguments], None, "KILL")
        # A program that enters another namespace loses the folder it stood in.
        here = ["env", f"--chdir={ROOT}"] if prefix else []
        self._command = [*prefix, *here, *python]
        self._environment = {**os.environ, **(environment or {})}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again where it was killed."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # our own command
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._process.pid if self._process and self.running else None

    def kill(self) -> None:
        """End it with `kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """Ask it to end; give its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_S)

    def said(self) -> str:
        """Give the last of what it said; nothing where it never ran."""
        if not self._log.exists():
            return ""
        return self._log.read_bytes()[-6000:].decode(errors="replace")
