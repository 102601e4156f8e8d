"""A database that cannot store: nothing is confirmed, it is told, it goes on by itself.

A real collector and a real device, on a disk that is really full, or on a database that
somebody made read-only.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from dashboard.storing import Storing
from tests.chaos.post import Post, World, came, furnished
from tests.chaos.station import Station
from tests.collector.process import Process
from tests.servers.need import needed
from tests.servers.tmpfs import SmallDisks

PATIENCE_S = 180.0
ROOM = 20  # rows that find room in the pages that a full disk has already
COLLECTOR = "collector-1"


@dataclass
class Pair:
    """One collector and one device of a post; the others are not started."""

    post: Post
    collector: Process
    station: Station
    storing: Storing

    @property
    def stored(self) -> int:
        return len(self.post.stored(self.station))

    async def until(self, true: Callable[[], object]) -> None:
        assert await came(true, PATIENCE_S), self.post.report()

    async def until_told(self, *reasons: str) -> None:
        """Wait until the collector's health says exactly this."""
        for _ in range(int(PATIENCE_S)):
            await self.storing.ask(datetime.now(UTC))
            if [one.reason for one in self.storing.troubles] == list(reasons):
                return
            await came(lambda: False, 1.0)
        pytest.fail(f"{self.storing.troubles}\n{self.collector.said()}")


@pytest.fixture
def pair(disks: SmallDisks, tmp_path: Path) -> Iterator[Pair]:
    with needed(), furnished(tmp_path, World(disks)) as post:
        collector, station = post.collectors[COLLECTOR], post.stations[0]
        storing = Storing([("127.0.0.1", post.health[COLLECTOR])])
        collector.start()
        station.process.start()
        yield Pair(post, collector, station, storing)


@contextmanager
def full(pair: Pair) -> Iterator[None]:
    """Fill the disk that the rows are on."""
    disks = pair.post.disks
    assert disks is not None
    disks.fill(pair.post.database.data)
    yield
    disks.relieve(pair.post.database.data)


@contextmanager
def read_only(pair: Pair) -> Iterator[None]:
    """Make the database read-only, as an administrator or a fail-over does."""
    set_read_only(pair, "on")
    yield
    set_read_only(pair, "off")


def set_read_only(pair: Pair, value: str) -> None:
    setting = f"alter database postgres set default_transaction_read_only = {value}"
    url = pair.post.database.admin_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(setting.encode())
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = 'wachtpost_collector'"
        )


@pytest.mark.parametrize("broken", [full, read_only])
@pytest.mark.timeout(900)
async def test_what_cannot_be_stored_is_kept_told_and_stored_when_it_is_mended(
    pair: Pair, broken: Callable[[Pair], AbstractContextManager[None]]
):
    begun = datetime.now(UTC)
    await pair.until(lambda: pair.stored > 100)
    await pair.until_told()
    with broken(pair):
        await pair.until_told("full")
        (trouble,) = pair.storing.troubles
        assert trouble.since is not None
        assert begun < trouble.since < datetime.now(UTC)
        stored, written = pair.stored, pair.station.written
        await pair.until(lambda: pair.station.written > written + 200)
        assert pair.stored - stored <= (ROOM if broken is full else 0)
    await pair.until_told()
    pair.station.process.kill()
    pair.station.rest()
    pair.station.process.start()
    await pair.until(lambda: not pair.post.faults(pair.station))
    assert pair.collector.running
