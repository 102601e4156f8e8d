"""A bad network between two programs: a TCP relay on loopback, with weather.

It delays, stalls (one way or both), trickles, cuts and refuses connections. Packets
that are lost, doubled or late are `air`'s; frames that come twice or late `witness`'s.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

Direction = Literal["up", "down"]  # up: from who connects to who listens

CHUNK_BYTES = 16 * 1024
CALM_CHECK_S = 0.02
_AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: a reset, not an end


@dataclass(frozen=True)
class Weather:
    """How a link is at present; `stalled` names the directions in which nothing goes.

    `rate` in bytes a second and direction; 0 is as fast as it can.
    """

    delay_s: float = 0.0
    stalled: frozenset[Direction] = frozenset()
    rate: int = 0
    refused: bool = False


CALM = Weather()
STALLED = Weather(stalled=frozenset({"up", "down"}))
MUTE = Weather(stalled=frozenset({"up"}))
DEAF = Weather(stalled=frozenset({"down"}))


class Relay:
    """One link: whoever connects to it reaches `target` through the weather."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: int) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.target = target
        self.weather = CALM
        self.passed: dict[Direction, int] = {"up": 0, "down": 0}
        self._loop = loop
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self, at: socket.socket | None = None) -> asyncio.Server:
        """Listen there, or on a free port of loopback."""
        if at is None:
            server = await asyncio.start_server(self._accept, self.host, 0)
        else:
            server = await asyncio.start_server(self._accept, sock=at)
        self.host, self.port = server.sockets[0].getsockname()
        return server

    def change(self, weather: Weather) -> None:
        """Have other weather from now on, for connections that stand as well."""
        self.weather = weather

    @property
    def address(self) -> str:
        """Where it listens, as `HOST:PORT`."""
        return f"{self.host}:{self.port}"

    def cut(self) -> None:
        """Reset every connection that stands; from any thread."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in self._open:
            _reset(writer)

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.weather.refused:
            _reset(writer)
            return
        try:
            there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            _reset(writer)
            return
        self._open |= {writer, there[1]}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, there[1], "up"))
                group.create_task(self._pump(there[0], writer, "down"))
        except asyncio.CancelledError:
            pass  # the run is over; Python 3.11 would log it as an error
        finally:
            for one in (writer, there[1]):
                self._open.discard(one)
                one.transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        direction: Direction,
    ) -> None:
        try:
            while data := await reader.read(CHUNK_BYTES):
                await self._hold(direction)
                self.passed[direction] += len(data)
                await self._write(writer, data)
            writer.write_eof()
        except OSError:
            _reset(writer)  # a network passes a reset on

    async def _hold(self, direction: Direction) -> None:
        await asyncio.sleep(self.weather.delay_s)
        while direction in self.weather.stalled:  # noqa: ASYNC110  # set by another thread
            await asyncio.sleep(CALM_CHECK_S)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        while data:
            rate = self.weather.rate
            size = max(1, int(rate * CALM_CHECK_S)) if rate else len(data)
            writer.write(data[:size])
            await writer.drain()
            data = data[size:]
            if rate:
                await asyncio.sleep(CALM_CHECK_S)


class Network:
    """All links of a run, on a thread of their own, so that a busy test stalls none."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._servers: list[asyncio.Server] = []

    def link(self, target: int, at: socket.socket | None = None) -> Relay:
        """Give a new link to a port of loopback, from there or from another."""
        relay = Relay(self._loop, target)
        listening = asyncio.run_coroutine_threadsafe(relay.listen(at), self._loop)
        self._servers.append(listening.result(10))
        return relay


@contextmanager
def network() -> Iterator[Network]:
    """Give a network; at the end of the block every link of it is gone."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Network(loop)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_end(made._servers), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    opened: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):  # the other side was faster: it is closed already
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()


async def _end(servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
