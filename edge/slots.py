"""Sends what stands in the outbox: a home's way, so that nobody can read the rhythm.

One frame of exactly HOME_BYTES every SLOT_S seconds, busy or not, always on the alarm
channel. An alarm takes the next slot, whatever else waits.
"""

import asyncio
from collections.abc import Callable
from random import Random

import structlog

from edge.dispatch import MOST_RECORDS, Sender, Wire, forget_frame
from edge.lane import Batch
from edge.outbox import Outbox
from edge.receipts import Receipts
from edge.window import Flight, Pace, Window
from sites.errors import FrameTooSmallError
from sites.frame import HOME_BYTES, MOST_UNDER_WAY, digest
from sites.record import Lane
from sites.topic import Channel

log = structlog.get_logger()

SLOT_S = 5.0
_ALARMS = Pace(first=SLOT_S, longest=6 * SLOT_S, most=10_000, jitter=0.0)
_PLAIN = Pace(first=2 * SLOT_S, longest=60 * SLOT_S, most=MOST_UNDER_WAY)


class Slots:
    """Brings the outbox of a home to the collector, a slot at a time."""

    def __init__(
        self,
        sender: Sender,
        outbox: Outbox,
        receipts: Receipts,
        pulse: Callable[[], None],
        random: Random,
    ) -> None:
        """`pulse` writes a heartbeat down; it is asked when a slot would be empty."""
        self._sender = sender
        self._outbox = outbox
        self._receipts = receipts
        self._pulse = pulse
        lanes: tuple[Lane, Lane] = ("al", "up")
        self._readers = {lane: outbox.reader(lane) for lane in lanes}
        self._frames: dict[Lane, Window[Batch]] = {
            "al": Window(_ALARMS, random),
            "up": Window(_PLAIN, random),
        }
        self._bell = asyncio.Event()
        self._next = 0.0

    def ring(self) -> None:
        """Say that there is something to hear; sending waits for its slot."""
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
        for window in self._frames.values():
            window.reopen(clock())
        while True:
            self._bell.clear()
            for payload in wire.take():
                if self.hear(payload, clock()):
                    lives()
            if clock() >= self._next:
                self._next = next_slot(self._next, clock())
                wire.publish("al", self.compose(clock()))
            try:
                async with asyncio.timeout_at(self._next):
                    await self._bell.wait()
            except TimeoutError:
                continue

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
        return frame is not None or receipt.frame == life

    def compose(self, now: float) -> bytes:
        """Fill one slot: alarms first, new before old; an empty list if need be."""
        for lane in self._frames:
            frame = self._new(lane, now) or self._old(lane, now)
            if frame is not None:
                return frame
        self._pulse()
        return self._new("up", now) or self._empty()

    def sign_of_life(self) -> tuple[Channel, bytes]:
        """Give a frame that looks like all others, for a path that carries nothing."""
        return "al", self._empty()

    def _new(self, lane: Lane, now: float) -> bytes | None:
        window = self._frames[lane]
        while window.open:
            batch = self._readers[lane].take(MOST_RECORDS, HOME_BYTES)
            if batch is None:
                return None
            try:
                sealed = self._sender.frame(batch, HOME_BYTES)
            except FrameTooSmallError as error:
                # it must not stop what stands behind it; it stays in the outbox
                log.warning("record.withheld", needed=error.needed)
                continue
            window.add(batch, sealed, digest(sealed), now)
            return sealed
        return None

    def _old(self, lane: Lane, now: float) -> bytes | None:
        window = self._frames[lane]
        due: list[Flight[Batch]] = window.due(now)
        if not due:
            return None
        flight = min(due, key=lambda one: one.due)
        # sealed anew: the same bytes twice would show that no receipt had come
        sealed = self._sender.frame(flight.load, HOME_BYTES)
        window.again(flight, now, sealed, digest(sealed))
        return sealed

    def _empty(self) -> bytes:
        nothing = Batch(self._outbox.run, "al", (), ())
        return self._sender.frame(nothing, HOME_BYTES)


def next_slot(slot: float, now: float) -> float:
    """Give the first slot after `now` on the grid that `slot` stands on."""
    if slot == 0.0:
        return now + SLOT_S
    return slot + SLOT_S * ((now - slot) // SLOT_S + 1)
