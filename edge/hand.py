"""Takes the commands that a person gives at the device; duress answers as disarm does.

`edge.order` is the other end.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from edge.kin import is_our_child
from edge.node import Node
from edge.order import PATIENCE_S, Answer, ClipLine, short_path
from edge.panel_state import Decision

log = structlog.get_logger()

_LONGEST = 200

_ORDERS: dict[tuple[str, ...], Callable[[Node], Decision]] = {
    ("arm",): lambda node: node.arm("away"),
    ("arm", "away"): lambda node: node.arm("away"),
    ("arm", "night"): lambda node: node.arm("night"),
    ("disarm",): lambda node: node.disarm(),
    ("panic",): lambda node: node.panic(silent=False),
    ("panic", "silent"): lambda node: node.panic(silent=True),
}


_CLIP_ORDERS = frozenset({"clips", "hold", "release"})


class Clips(Protocol):
    """What a person may ask of the clips."""

    def lines(self) -> tuple[ClipLine, ...]:
        """List them."""
        ...

    def hold(self, start: str, *, held: bool) -> str:
        """Hold or release one; gives the reason."""
        ...


class Hand:
    """Takes the commands of a person and gives them to the node.

    `ready` is set once somebody can connect.
    """

    def __init__(
        self,
        folder: Path,
        node: Node,
        status: Callable[[], Answer],
        accept_view: Callable[[int], Answer],
        clips: Clips,
    ) -> None:
        """Prepare; `end` is called where the agent is to be started anew."""
        self._folder = folder
        self._node = node
        self._status = status
        self._clips = clips
        self.end: Callable[[], None] = _nobody
        self._accept_view = accept_view
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        """Take commands for ever; raises OSError where the socket cannot be made."""
        with short_path(self._folder) as path:
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
        plain: dict[tuple[str, ...], Callable[[], Answer]]
        plain = {("status",): self._status, ("duress",): self._duress}
        if words in plain:
            return plain[words]()
        if words == ("restart",):
            self.end()
            return Answer(ok=True, reason="restarting")
        if words and words[0] in _CLIP_ORDERS:
            return self._clip(words)
        if words[:1] == ("accept-view",):
            return self._view(words[1:])
        if words in _ORDERS:
            return _answer(_ORDERS[words](self._node))
        return Answer(ok=False, reason="unknown_command")

    def _clip(self, words: tuple[str, ...]) -> Answer:
        match words:
            case ("clips",):
                return Answer(ok=True, reason="clips", clips=self._clips.lines())
            case ("hold" | "release" as order, clip):
                reason = self._clips.hold(clip, held=order == "hold")
                return Answer(ok=reason in {"held", "released"}, reason=reason)
            case _:
                return Answer(ok=False, reason="unknown_command")

    def _view(self, numbers: tuple[str, ...]) -> Answer:
        if len(numbers) != 1 or not numbers[0].isdecimal():
            return Answer(ok=False, reason="unknown_command")
        return self._accept_view(int(numbers[0]))

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
            if is_our_child(writer.get_extra_info("socket")):
                log.warning("hand.refused", reason="a process of our own")
                return
            async with asyncio.timeout(PATIENCE_S):
                line = await reader.readuntil(b"\n")
            answer = self.obey(line[:_LONGEST].decode(errors="replace"))
            writer.write(msgspec.json.encode(answer) + b"\n")
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, ValueError, OSError):
            return  # whoever sends no line gets no answer
        finally:
            writer.close()


def _nobody() -> None:
    """End nothing, before there is an agent."""


def _answer(decision: Decision) -> Answer:
    refused = decision.reason in {"in_alarm", "sensor_open"}
    return Answer(
        ok=not refused,
        reason=decision.reason,
        phase=decision.state.phase,
        mode=decision.state.mode,
        sensors=decision.sensors if refused else (),
    )
