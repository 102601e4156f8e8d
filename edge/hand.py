"""Commands that a person gives at the device, over a socket that only its owner opens.

One line goes in, one line of JSON comes back. Duress answers as disarming does.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from edge.errors import HandError
from edge.node import Node
from edge.panel_state import Decision

SOCKET = "hand.sock"
_PATIENCE_S = 10.0
_LONGEST = 200

_ORDERS: dict[tuple[str, ...], Callable[[Node], Decision]] = {
    ("arm",): lambda node: node.arm("away"),
    ("arm", "away"): lambda node: node.arm("away"),
    ("arm", "night"): lambda node: node.arm("night"),
    ("disarm",): lambda node: node.disarm(),
    ("panic",): lambda node: node.panic(silent=False),
    ("panic", "silent"): lambda node: node.panic(silent=True),
}


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command came to. `sensors` are those that stand in the way."""

    ok: bool
    reason: str
    phase: str = ""
    mode: str | None = None
    sensors: tuple[int, ...] = ()
    written: dict[str, int] = {}
    waiting: dict[str, int] = {}
    connected: bool | None = None


class Hand:
    """Takes the commands of a person and gives them to the node.

    `ready` is set once somebody can connect.
    """

    def __init__(self, folder: Path, node: Node, status: Callable[[], Answer]) -> None:
        self._folder = folder
        self._node = node
        self._status = status
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        """Take commands for ever; raises OSError where the socket cannot be made."""
        with _short(self._folder) as path:
            with suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108  # a path by descriptor is no real path
            before = os.umask(0o177)
            try:
                server = await asyncio.start_unix_server(self._serve, path)
            finally:
                os.umask(before)
        self.ready.set()
        async with server:
            await server.serve_forever()

    def obey(self, line: str) -> Answer:
        """Do what one line says."""
        words = tuple(line.split())
        if words == ("status",):
            return self._status()
        if words == ("duress",):
            return self._duress()
        if words in _ORDERS:
            return _answer(_ORDERS[words](self._node))
        return Answer(ok=False, reason="unknown_command")

    def _duress(self) -> Answer:
        before = self._node.state
        decision = self._node.duress()
        word = "already_disarmed" if before.phase == "disarmed" else "disarmed"
        return Answer(
            ok=True, reason=word, phase=decision.state.phase, mode=decision.state.mode
        )

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                line = await reader.readuntil(b"\n")
            answer = self.obey(line[:_LONGEST].decode(errors="replace"))
            writer.write(msgspec.json.encode(answer) + b"\n")
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, ValueError, OSError):
            return  # whoever sends no line gets no answer
        finally:
            writer.close()


def give(folder: Path, line: str) -> Answer:
    """Give one command to the agent whose home is `folder`; raises HandError."""
    try:
        with (
            _short(folder) as path,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door,
        ):
            door.settimeout(_PATIENCE_S)
            door.connect(path)
            door.sendall(line.encode() + b"\n")
            with door.makefile("rb") as file:
                return msgspec.json.decode(file.readline(), type=Answer)
    except FileNotFoundError:
        raise HandError("it does not run in this folder") from None
    except ConnectionRefusedError:
        raise HandError("it ended without saying goodbye") from None
    except (OSError, msgspec.DecodeError) as error:
        raise HandError(str(error)) from None


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """Give a path of the socket that is short enough for the system (108 bytes)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET}"
    finally:
        os.close(fd)


def _answer(decision: Decision) -> Answer:
    refused = decision.reason in {"in_alarm", "sensor_open"}
    return Answer(
        ok=not refused,
        reason=decision.reason,
        phase=decision.state.phase,
        mode=decision.state.mode,
        sensors=decision.sensors if refused else (),
    )
