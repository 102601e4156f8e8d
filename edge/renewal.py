"""Asks for a new certificate of a path, day by day, and takes what comes.

The request is a record as any other: written down, sent on whichever path lives,
confirmed. The answer comes down; without one it is asked again, with the same key, and
after days with the one that the path has. The private key never leaves the device.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

import structlog

from edge.errors import PaperworkError
from edge.papers import Papers
from edge.pieces import Pieces
from sites.answer import Piece
from sites.health import CertificateAsked
from sites.record import Record
from sites.topic import Path as Way

log = structlog.get_logger()

DAY_S = 86_400.0
OLD_S = 6 * DAY_S  # of the 8 days that a certificate lasts
RETRY_S = 900.0
REST_S = 60.0
TICK_S = 1.0


@dataclass(frozen=True)
class Line:
    """What a renewal needs of the agent.

    `write` writes a record down, `connected` tells whether any path is, `renewed` has
    this path connect anew.
    """

    write: Callable[[Record], object]
    connected: Callable[[], bool]
    renewed: Callable[[], None]
    now: Callable[[], datetime]


class Renewal:
    """The renewal of one path; `run()` is its task."""

    def __init__(self, way: Way, papers: Papers, line: Line, random: Random) -> None:
        self._way = way
        self._papers = papers
        self._line = line
        self._random = random
        self._pieces = Pieces()
        self._asked: bytes | None = None
        self._came: list[bytes] = []

    def hear(self, piece: Piece) -> None:
        """Take a piece that the collector signed; it may be for another path.

        It may also be an old one that somebody sends again. To look into one costs a
        process: so it has to hold the very key that was asked for.
        """
        if self._asked is None:
            return
        whole = self._pieces.hear(piece)
        if whole is not None and self._asked in whole:
            self._came = [whole]

    async def run(self) -> None:
        """Ask when it is time and somebody hears, take what comes; for ever."""
        clock = asyncio.get_running_loop().time
        due, rested = clock() + self.wait_s(), clock()
        while True:
            if self._came and clock() >= rested:
                rested = clock() + REST_S
                if await self._take(self._came.pop()):
                    due = clock() + self._spread(DAY_S)
            elif clock() >= due and self._line.connected():
                left = self.wait_s()  # one that came before the start may work by now
                if not left:
                    await self._ask()
                due = clock() + (left or self._spread(RETRY_S))
            await asyncio.sleep(TICK_S)

    def wait_s(self) -> float:
        """Give the seconds until the one that works is a day old."""
        age = self._age_s()
        # A clock that says less than nothing knows nothing: it asks, and then daily.
        return max(0.0, self._spread(DAY_S) - age) if age >= 0 else 0.0

    def _age_s(self) -> float:
        came = self._papers.came()
        return DAY_S if came is None else (self._line.now() - came).total_seconds()

    async def _ask(self) -> None:
        try:
            # A device of which two live gets no new key certified, and loses no alarm.
            key = await self._papers.ask(present=self._age_s() >= OLD_S)
        except (PaperworkError, OSError) as error:
            log.warning("certificate.not_asked", way=self._way.way, reason=str(error))
            return
        self._line.write(
            CertificateAsked(at=self._line.now(), way=self._way.way, key=key)
        )
        # Of a compressed point all but the sign, which stands so in the certificate.
        self._asked = bytes.fromhex(key)[1:]
        log.info("certificate.asked", way=self._way.way)

    async def _take(self, chain: bytes) -> bool:
        try:
            await self._papers.take(chain)
        except (PaperworkError, OSError) as error:
            # also that it is for the other path, or came twice
            log.info("certificate.refused", way=self._way.way, reason=str(error))
            return False
        self._asked = None
        log.info("certificate.renewed", way=self._way.way)
        self._line.renewed()
        return True

    def _spread(self, seconds: float) -> float:
        return seconds * self._random.uniform(0.8, 1.0)
