"""A connection that does not wait for ever: a third part of `collector.database`.

PostgreSQL ends what takes too long by itself, and says so. A server (or a proxy before
it) that falls silent and leaves the connection open says nothing, and TCP finds out
only where nobody is there at all: a lane would stand still for good.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

RV = TypeVar("RV")
LONGEST_S = 40.0
_INTERVAL_S = 0.1  # psycopg's own, between two looks for a Ctrl-C


class PatientConnection(psycopg.AsyncConnection[Any]):
    """Gives up, and closes, where the server is silent for longer than `longest_s`."""

    longest_s = LONGEST_S

    async def wait(
        self,
        gen: PQGen[RV],
        interval: float = _INTERVAL_S,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's signature
    ) -> RV:
        """Wait for the server as psycopg does, but not for ever.

        Raises:
            psycopg.OperationalError: it was silent for so long; the connection is
                closed then, as an answer may still be on its way.
        """
        try:
            longest_s = self.longest_s if timeout is None else timeout
            return await super().wait(gen, interval, longest_s)
        except psycopg.OperationalError:
            status = self.pgconn.transaction_status
            if timeout is None and status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
