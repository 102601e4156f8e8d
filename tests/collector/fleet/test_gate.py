"""The gate goes on, whatever a broker, a path or the database does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from collector.database import Database
from collector.fleet.gate import Gate, Line
from collector.fleet.standing import Standings
from collector.fleet.sync import sync
from collector.metrics import Health
from sites.topic import Path
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.waiting import until

Owner = psycopg.Connection[tuple[object, ...]]
CERTIFICATE = """
    insert into store.certificate
           (serial, device, way, unit, site, key, since, until, chain)
    select 'a', device, 1, unit, site, 'key', now(), now() + interval '8 days', 'chain'
      from store.device where device = %s"""
FIRST, SECOND = Path("a" * 16, 1), Path("b" * 16, 1)


@dataclass
class Door:
    """A gate on a real store, and what it cut; `stuck` cannot be cut."""

    database: Database
    health: Health = field(default_factory=Health)
    standings: Standings = field(default_factory=lambda: Standings(required=True))
    cut: list[Path] = field(default_factory=list)
    stuck: set[Path] = field(default_factory=set)
    floods: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        line = Line(self._cut, lambda _now: self.floods)
        clock = lambda: datetime.now(UTC)  # noqa: E731  # one word, used once
        self.gate = Gate(self.database, self.standings, line, clock, self.health)

    def revoke(self, *paths: Path) -> None:
        last = datetime.now(UTC) + timedelta(days=1)
        self.standings.learn(
            {**path._asdict(), "until": None, "revoked": True, "last": last}
            for path in paths
        )

    async def _cut(self, path: Path) -> None:
        if path in self.stuck:
            raise ConnectionRefusedError
        self.cut.append(path)


@pytest.fixture
async def door(database_url: Callable[[Role], str]) -> AsyncIterator[Door]:
    url = database_url("wachtpost_collector")
    async with Database.open(url, "test") as database:
        yield Door(database)


async def test_what_could_not_be_loaded_is_loaded_as_soon_as_it_can(
    door: Door, owner: Owner
):
    await sync(door.database, world.inventory())
    owner.execute("revoke select on store.certificate from wachtpost_collector")
    keeping = asyncio.create_task(door.gate.run())
    await until(lambda: "standings" in door.health.troubles)
    way = Path(world.STATION, 1)
    owner.execute(CERTIFICATE.encode(), [way.device])
    owner.execute("grant select on store.certificate to wachtpost_collector")
    await until(lambda: way in door.standings.known)
    await until(lambda: "standings" not in door.health.troubles)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def test_the_gate_asks_the_database_what_time_it_is(door: Door):
    assert door.standings.store_time.year == 9999
    await door.gate.refresh()
    passed = abs(door.standings.store_time - datetime.now(UTC))
    assert passed < timedelta(minutes=1)


async def test_a_path_that_cannot_be_cut_keeps_no_other_from_being_cut(door: Door):
    door.stuck = {FIRST}
    door.revoke(FIRST, SECOND)
    await door.gate.look()
    assert door.cut == [SECOND]
    assert "ConnectionRefusedError" in door.health.troubles["gate"]
    door.stuck = set()
    await door.gate.look()
    assert door.cut == [SECOND, FIRST]
    assert "gate" not in door.health.troubles


async def test_who_floods_is_cut_at_each_look(door: Door):
    door.floods = {SECOND}
    await door.gate.look()
    await door.gate.look()
    assert door.cut == [SECOND, SECOND]
