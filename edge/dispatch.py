"""Sends what stands in the outbox: a station's way, as soon and as much as it may.

Alarms go first, in a window of their own; then plain records, up to 50 a frame; then
parts of pictures. What was sent goes again until its receipt comes.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isinf
from random import Random
from typing import Protocol

from nacl.public import PublicKey
from nacl.signing import SigningKey

from edge.album import PartName
from edge.lane import Batch
from edge.outbox import Outbox
from edge.receipts import Receipts
from edge.window import ALARMS, PARTS, PLAIN, Flight, Window
from sites.blob import Part, seal_part
from sites.frame import Header, digest, seal
from sites.record import Lane
from sites.topic import Channel

MOST_RECORDS = 50
FRAME_BYTES = 16_384


class Wire(Protocol):
    """What a connection can do for a dispatch."""

    def publish(self, channel: Channel, payload: bytes) -> None: ...
    def take(self) -> list[bytes]: ...


class Parts(Protocol):
    """What goes in parts, in the order in which it goes."""

    def next_part(self) -> Part | None: ...
    def confirm(self, part: PartName, count: int) -> None: ...
    def holds(self, part: PartName) -> bool: ...


@dataclass(frozen=True)
class Sender:
    """Who sends: the device, its key, and the key to which its frames are sealed."""

    device: str
    key: SigningKey
    collector: PublicKey
    now: Callable[[], datetime]

    def frame(self, batch: Batch, size: int | None = None) -> bytes:
        """Seal a batch; raises FrameTooSmallError."""
        header = Header(self.device, batch.run, batch.lane, self.now())
        return seal(header, list(batch.records), self.key, self.collector, size=size)

    def part(self, part: Part) -> bytes:
        """Seal a part of a picture."""
        return seal_part(part, self.key, self.collector)


def forget_frame(
    frames: Mapping[Lane, Window[Batch]], outbox: Outbox, name: str, now: float
) -> Flight[Batch] | None:
    """Forget what the frame of this name carried; None where it is none of these."""
    for window in frames.values():
        flight = window.settle(name, now)
        if flight is not None:
            batch = flight.load
            outbox.forget(batch.run, batch.lane, batch.seqs)
            return flight
    return None


class Dispatch:
    """Brings the outbox and the album of a station to the collector."""

    def __init__(
        self,
        sender: Sender,
        outbox: Outbox,
        album: Parts,
        receipts: Receipts,
        random: Random,
    ) -> None:
        self._sender = sender
        self._outbox = outbox
        self._album = album
        self._receipts = receipts
        lanes: tuple[Lane, Lane] = ("al", "up")
        self._readers = {lane: outbox.reader(lane) for lane in lanes}
        self._frames: dict[Lane, Window[Batch]] = {
            "al": Window(ALARMS, random),
            "up": Window(PLAIN, random),
        }
        self._parts: Window[Part] = Window(PARTS, random)
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Say that there is something to send or to hear."""
        self._bell.set()

    @property
    def alarm_since(self) -> float:
        """Since when an alarm waits for its receipt; infinite where none does."""
        return self._frames["al"].oldest

    async def serve(self, wire: Wire, lives: Callable[[], None] = lambda: None) -> None:
        """Use a connection until it is lost; raises LinkError then.

        `lives` is called for each receipt of something that was under way.
        """
        clock = asyncio.get_running_loop().time
        for frames in self._frames.values():
            frames.reopen(clock())
        self._parts.reopen(clock())
        while True:
            self._bell.clear()
            for payload in wire.take():
                if self.hear(payload, clock()):
                    lives()
            self.send(wire, clock())
            await self._wait(clock())

    def hear(self, payload: bytes, now: float, life: str | None = None) -> bool:
        """Take a receipt, and forget exactly what its frame carried.

        True where it answers something that was under way, or the sign of `life` of
        this name; False for anything else, such as a receipt that came before.
        """
        receipt = self._receipts.open(payload)
        if receipt is None:
            return False
        frame = forget_frame(self._frames, self._outbox, receipt.frame, now)
        if frame is not None:
            self._receipts.hear_time(receipt.at, now - frame.begun)
            return True
        part = self._parts.settle(receipt.frame, now)
        if part is not None:
            name = PartName(part.load.whole, part.load.index)
            self._album.confirm(name, part.load.count)
        return part is not None or receipt.frame == life

    def send(self, wire: Wire, now: float) -> None:
        """Send what is due, and what is new as far as the windows are open."""
        self._send_lane(wire, "al", now)
        self._send_lane(wire, "up", now)
        self._send_parts(wire, now)

    def sign_of_life(self) -> tuple[Channel, bytes]:
        """Give a frame without records, for a path that carries nothing else."""
        return "up", self._sender.frame(Batch(self._outbox.run, "up", (), ()))

    async def _wait(self, now: float) -> None:
        due = min(window.next_due for window in self._frames.values())
        due = min(due, self._parts.next_due)
        try:
            async with asyncio.timeout(None if isinf(due) else max(0.0, due - now)):
                await self._bell.wait()
        except TimeoutError:
            return

    def _send_lane(self, wire: Wire, lane: Lane, now: float) -> None:
        window = self._frames[lane]
        for flight in window.due(now):
            wire.publish(lane, flight.sealed)
            window.again(flight, now, flight.sealed, flight.names[0])
        while window.open:
            batch = self._readers[lane].take(MOST_RECORDS, FRAME_BYTES)
            if batch is None:
                return
            sealed = self._sender.frame(batch)
            window.add(batch, sealed, digest(sealed), now)
            wire.publish(lane, sealed)

    def _send_parts(self, wire: Wire, now: float) -> None:
        window = self._parts
        for flight in window.due(now):
            if self._album.holds(PartName(flight.load.whole, flight.load.index)):
                wire.publish("bl", flight.sealed)
                window.again(flight, now, flight.sealed, flight.names[0])
            else:
                window.flights.remove(flight)
        while window.open:
            part = self._album.next_part()
            if part is None:
                return
            sealed = self._sender.part(part)
            window.add(part, sealed, digest(sealed), now)
            wire.publish("bl", sealed)
