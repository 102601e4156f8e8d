"""Which path carries what a device sends, where it has more than one.

The first that lives carries everything: a path on which a receipt came lately of what
was under way, or, where none does, one that is connected. The others say each IDLE_S
seconds that they are there, with a frame without records. When the one that carries is
lost, or holds an alarm back, what was under way goes again on the next.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from edge.dispatch import Wire
from sites.frame import digest
from sites.topic import Channel

IDLE_S = 30.0  # a path counts as lost after 90 s
LIVES_S = 40.0  # an idle path hears a receipt each IDLE_S
LOOK_S = 5.0


class Carrier(Protocol):
    """What uses a connection: a station's dispatch, or a home's slots."""

    @property
    def alarm_since(self) -> float: ...
    def ring(self) -> None: ...
    def hear(self, payload: bytes, now: float, life: str | None = None) -> bool: ...
    def sign_of_life(self) -> tuple[Channel, bytes]: ...
    async def serve(self, wire: Wire, lives: Callable[[], None]) -> None: ...


class _OvertakenError(Exception):
    """It is the turn of another path."""


class _Turn:
    """A connection for as long as it carries."""

    def __init__(self, ways: "Ways", rank: int, wire: Wire) -> None:
        self._ways, self._rank, self._wire = ways, rank, wire
        self._begun = _now()

    def publish(self, channel: Channel, payload: bytes) -> None:
        self._wire.publish(channel, payload)

    def take(self) -> list[bytes]:
        """Give what has come down; raises LinkError, or when the turn is over."""
        self._ways.judge(self._rank, self._begun)
        if self._ways.first != self._rank:
            raise _OvertakenError
        return self._wire.take()

    def lives(self) -> None:
        """Note that a receipt came of what was under way."""
        self._ways.note_life(self._rank)


class Ways:
    """Gives each connection its turn; the lower its rank, the sooner."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._bells: dict[int, asyncio.Event] = {}  # of those that are connected
        self._heard: dict[int, float] = {}
        self._due: dict[int, float] = {}
        self._life: dict[int, str] = {}  # the name of the last sign of it
        self._carrying: int | None = None

    @property
    def connected(self) -> bool:
        """Whether any path is."""
        return bool(self._bells)

    @property
    def first(self) -> int | None:
        """The rank whose turn it is; None while nothing is connected."""
        since = _now() - LIVES_S
        living = [rank for rank in self._bells if self._heard.get(rank, since) > since]
        return min(living or self._bells, default=None)

    def note_life(self, rank: int) -> None:
        """Note that a receipt came on a connection which nobody can have kept."""
        before = self.first
        self._heard[rank] = _now()
        if self.first != before:
            self.ring()

    def judge(self, rank: int, begun: float) -> None:
        """Hold a connection that carries since `begun` for dead if it keeps an alarm.

        Whoever holds its broker may let everything else through.
        """
        if max(self._carrier.alarm_since, begun) + LIVES_S <= _now():
            self._heard.pop(rank, None)

    def ring(self) -> None:
        """Say that there is something to send or to hear, or that one was lost."""
        for bell in self._bells.values():
            bell.set()
        self._carrier.ring()

    async def serve(self, rank: int, wire: Wire) -> None:
        """Use a connection until it is lost; raises LinkError then."""
        self._bells[rank] = asyncio.Event()
        try:
            while True:
                await self._idle(rank, wire)
                await self._carry(rank, wire)
        finally:
            del self._bells[rank]
            self._heard.pop(rank, None)
            self.ring()

    async def _carry(self, rank: int, wire: Wire) -> None:
        self._carrying = rank
        try:
            turn = _Turn(self, rank, wire)
            await self._carrier.serve(turn, turn.lives)
        except _OvertakenError:
            return
        finally:
            self._carrying = None
            self.ring()

    async def _idle(self, rank: int, wire: Wire) -> None:
        bell = self._bells[rank]
        while self._carrying is not None or self.first != rank:
            bell.clear()
            for payload in wire.take():
                if self._carrier.hear(payload, _now(), self._life.get(rank)):
                    self.note_life(rank)
            if _now() >= self._due.get(rank, 0.0):
                channel, sealed = self._carrier.sign_of_life()
                self._life[rank] = digest(sealed)
                wire.publish(channel, sealed)
                self._due[rank] = _next(self._due.get(rank), _now())
            if self.first == rank:
                self._carrier.ring()  # so that the one before sees its turn is over
            await _rung(bell, min(self._due[rank], _now() + LOOK_S))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _next(due: float | None, now: float) -> float:
    """Give the next time on the grid that `due` stands on."""
    if due is None:
        return now + IDLE_S
    return due + IDLE_S * ((now - due) // IDLE_S + 1)


async def _rung(bell: asyncio.Event, until: float) -> None:
    try:
        async with asyncio.timeout_at(until):
            await bell.wait()
    except TimeoutError:
        return
