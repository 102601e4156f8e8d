"""The programs that a demo runs: started, watched, and ended without a trace."""

import asyncio
import ctypes
import os
import random
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dashboard.demo.errors import NoPortError, NotReadyError, ProgramEndedError

READY_S = 60.0
PORTS = range(20_000, 32_000)
STOP_S = 15.0
PROBE_S = 0.05
SAID_BYTES = 4_000

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Program:
    """One child process; what it says goes to a file.

    It dies with us even when we are killed, and does not hear the Ctrl-C that we hear:
    we end the programs ourselves, in order.
    """

    def __init__(
        self, name: str, said: Path, process: asyncio.subprocess.Process
    ) -> None:
        self.name = name
        self.process = process
        self._said = said

    @classmethod
    async def start(
        cls,
        name: str,
        arguments: Sequence[str],
        said: Path,
        environment: Mapping[str, str] | None = None,
    ) -> "Program":
        """Start `python ARGUMENTS` with this interpreter."""
        with said.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        return cls(name, said, process)

    def said(self) -> str:
        """Give the last of what it said."""
        return self._said.read_bytes()[-SAID_BYTES:].decode(errors="replace")

    async def ready(self, probe: Callable[[], Awaitable[bool]]) -> None:
        """Wait until `probe` is true.

        Raises:
            ProgramEndedError: it ended instead.
            NotReadyError: it took more than READY_S.
        """
        try:
            async with asyncio.timeout(READY_S):
                while not await probe():
                    if self.process.returncode is not None:
                        raise ProgramEndedError(
                            self.name, self.process.returncode, self.said()
                        )
                    await asyncio.sleep(PROBE_S)
        except TimeoutError:
            raise NotReadyError(self.name, READY_S, self.said()) from None

    async def watch(self) -> None:
        """Return never; raises ProgramEndedError when it ends."""
        code = await self.process.wait()
        raise ProgramEndedError(self.name, code, self.said())

    async def stop(self) -> None:
        """Ask it to end and wait; kill it and its children when it does not."""
        if self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await self.process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()


async def port_answers(port: int) -> bool:
    """Tell whether somebody listens on this port of 127.0.0.1."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """Give a port of 127.0.0.1 on which nobody listened a moment ago.

    It lies below those that the system gives to outgoing connections, one of which
    might else take it before the program that it is for has started.
    """
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise NoPortError
