"""Every path of a device: its connection, and the renewal of its certificate."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from random import Random

from edge.papers import Papers
from edge.renewal import Line, Renewal
from edge.settings import Route
from edge.uplink import Uplink
from edge.ways import Ways
from sites.answer import Piece
from sites.record import Record


class Paths:
    """The paths in their order; `write` writes a record down."""

    def __init__(
        self,
        routes: Sequence[Route],
        ways: Ways,
        write: Callable[[Record], object],
        now: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._uplinks: list[Uplink] = []
        self._renewals: list[Renewal] = []
        for rank, (way, broker) in enumerate((one.way, one.broker) for one in routes):
            serve = partial(ways.serve, rank)
            uplink = Uplink(broker, way, serve, ways.ring, random)
            self._uplinks.append(uplink)
            if broker.tls is not None:
                line = Line(write, lambda: ways.connected, uplink.renew, now)
                papers = Papers(broker.tls, way.text)
                self._renewals.append(Renewal(way, papers, line, random))

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begin to connect, and to renew."""
        for uplink in self._uplinks:
            group.create_task(uplink.run(), name="uplink")
        for renewal in self._renewals:
            group.create_task(renewal.run(), name="renewal")

    def hear(self, piece: Piece) -> None:
        """Take a piece that came down on any path."""
        for renewal in self._renewals:
            renewal.hear(piece)
