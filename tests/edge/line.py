"""A connection of one of a device's paths, which answers by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from edge.errors import LinkError
from edge.ways import Ways
from sites.frame import Frame
from sites.topic import Channel
from tests.edge.wire import RecordingWire, receipt


class Line(RecordingWire):
    """A connection whose receipts come by themselves, until it is cut or deaf."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = False
        self.ring: Callable[[], object] = list

    def publish(self, channel: Channel, payload: bytes) -> None:
        super().publish(channel, payload)
        if not self.deaf:
            self.coming.append(receipt(payload))
            self.ring()

    def cut(self) -> None:
        self.lost = True
        self.ring()

    @property
    def carried(self) -> list[Frame]:
        return [frame for frame in self.frames() if frame.records]

    @property
    def idled(self) -> list[Frame]:
        return [frame for frame in self.frames() if not frame.records]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  # what nobody announces
            await asyncio.sleep(0.005)


@asynccontextmanager
async def on(ways: Ways, rank: int) -> AsyncIterator[Line]:
    """Give a connection of this rank, in use."""
    line = Line()
    line.ring = ways.ring
    task = asyncio.create_task(ways.serve(rank, line), name=f"path {rank}")
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            assert isinstance(task.exception(), LinkError)
