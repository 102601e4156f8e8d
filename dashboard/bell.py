"""One line to the store for all open pages: it rings when something changes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

from collector.database import Database

log = structlog.get_logger()

# An incident changed; a device of a site fell silent or came back.
CHANNELS = ("incident", "site")


class Ear:
    """One open page's ear: hears that it should look again.

    An ear of a unit hears nothing of the others: already that a page looks again would
    tell that something happened there. Who belongs to no unit hears everything.
    """

    def __init__(self, unit: str | None = None) -> None:
        self._unit = unit
        self._rung = asyncio.Event()

    def hears(self, unit: str | None) -> bool:
        """Tell whether it hears what happens in a unit (None: in the store itself)."""
        return unit is None or self._unit is None or self._unit == unit

    def ring(self) -> None:
        """Make the page look again."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for a ring, so long at most; tell whether there was one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        rung = self._rung.is_set()
        self._rung.clear()
        return rung


class Bell:
    """Hears the store's notes on one connection and rings every ear.

    `live` is False while the line is lost: what happens then is not heard, so pages
    have to look for themselves. After `close` nobody should go on listening.
    """

    def __init__(self) -> None:
        self.live = False
        self.closed = False
        self._ears: set[Ear] = set()

    async def listen(self, database: Database) -> None:
        """Listen for ever; runs as one task of the process."""
        async for note in database.notes(*CHANNELS):
            if note.live is not self.live:
                log.info("bell.changed", live=note.live)
            self.live = note.live
            self._ring(note.payload.partition(" ")[0] or None)

    @contextmanager
    def ear(self, unit: str | None = None) -> Iterator[Ear]:
        """Give an ear for a unit (None: for all), for as long as the block lasts."""
        ear = Ear(unit)
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    def ring(self) -> None:
        """Make every page look again: something of the service itself changed."""
        self._ring()

    def close(self) -> None:
        """Tell every open page that this process ends."""
        self.closed = True
        self._ring()

    def _ring(self, unit: str | None = None) -> None:
        for ear in self._ears:
            if ear.hears(unit):
                ear.ring()
