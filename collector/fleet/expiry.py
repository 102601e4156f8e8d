"""Tells in time what ends: what a person has to renew, and paths that did not.

Nothing is changed here. It stands on `/healthz`, without a name of any device.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from collector.database import Database
from collector.errors import DatabaseError
from collector.fleet.certificate import QUERIES
from collector.metrics import Health

SOON = timedelta(days=30)
LOOK_S = 60.0
SERVERS, PATHS = "certificates of servers", "certificates of paths"

Ends = Mapping[str, datetime | None]  # of what; None where nobody knows


def ending(ends: Ends, now: datetime) -> str | None:
    """Say which of them end within SOON, or have; None where none does."""
    told = [
        f"that of {what} ends on {end:%F}"
        for what, end in ends.items()
        if end is not None and end - now < SOON
    ]
    return ", ".join(told) or None


def end_of_peer(opened: object) -> datetime | None:
    """Say until when the certificate is in force that the other side showed."""
    if not isinstance(opened, ssl.SSLSocket):
        return None
    shown = opened.getpeercert() or {}
    seconds = ssl.cert_time_to_seconds(str(shown["notAfter"]))
    return datetime.fromtimestamp(seconds, UTC)


class Expiry:
    """Looks every LOOK_S; `ends` gives what a person has to renew."""

    def __init__(
        self,
        database: Database,
        ends: Callable[[], Ends],
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._database = database
        self._ends = ends
        self._clock = clock
        self._health = health

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Say on the health page what ends."""
        self._health.tell(SERVERS, ending(self._ends(), self._clock()))
        try:
            async with self._database.transaction(read_only=True) as transaction:
                row = await transaction.one(QUERIES["paths_ending"])
        except DatabaseError as error:
            self._health.trouble(PATHS, str(error))
            return
        count = row["paths"]
        told = f"{count} not renewed for days: see `wachtpost collector fleet list`"
        self._health.tell(PATHS, told if count else None)
