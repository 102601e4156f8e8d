"""Whatever is killed, and whenever: every record is stored once, every incident once.

The moments are drawn from a seed, which is printed; `WACHTPOST_KILL_SEED` repeats it.
"""

import asyncio
import os
import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.migrate import migrate
from tests.acceptance.post import Station, collector_process, furnish
from tests.collector.databases import url_as
from tests.collector.process import Process
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker
from tests.servers.postgres import PostgresServer

RECORDS = 5_000
KILLS = 30
PATIENCE_S = 150.0

STORED = """
    select run, lane, seq from store.event where device = %s union all
    select run, lane, seq from store.measurement where device = %s union all
    select run, lane, seq from store.event_untimed where device = %s"""


class Post:
    """Everything that can be killed, by name, and what the database says."""

    def __init__(
        self,
        collector: Process,
        stations: list[Station],
        broker: Broker,
        database: PostgresServer,
    ) -> None:
        self.collector, self.stations, self.broker = collector, stations, broker
        self.database = database
        self.killed: Counter[str] = Counter()

    def start(self) -> None:
        self.collector.start()
        for station in self.stations:
            station.process.start()

    def end(self) -> None:
        for process in (self.collector, *(one.process for one in self.stations)):
            process.kill()

    @property
    def processes(self) -> dict[str, Process | Broker | PostgresServer]:
        edges = {f"edge of {one.site}": one.process for one in self.stations}
        return {
            "collector": self.collector,
            "broker": self.broker,
            "database": self.database,
            **edges,
        }

    async def kill_one(self, chance: random.Random) -> None:
        name = chance.choice(sorted(self.processes))
        victim = self.processes[name]
        await moment(chance.uniform(0.2, 1.5))
        await asyncio.to_thread(victim.kill)
        self.killed[name] += 1
        await moment(chance.uniform(0.0, 0.5))
        await asyncio.to_thread(victim.start)

    @property
    def written(self) -> int:
        return sum(station.written for station in self.stations)

    def stored(self, station: Station) -> list[tuple[str, str, int]]:
        return self.ask(STORED, *[station.device] * 3)

    def ask(self, text: str, *values: object) -> list[Any]:
        with psycopg.connect(self.database.admin_url) as connection:
            return connection.execute(text.encode(), values).fetchall()

    def has_begun(self) -> bool:
        return all(self.stored(station) for station in self.stations)

    def has_all(self) -> bool:
        """Whether everything written has come; looked at in this order, so no luck."""
        stored = [len(self.stored(station)) for station in self.stations]
        written = [station.written for station in self.stations]
        return stored == written

    def report(self) -> str:
        """Say how far it came and what everybody said last, for who has to mend it."""
        lines = [f"killed: {dict(self.killed)}"]
        for one in self.stations:
            lines.append(f"{one.site}: {len(self.stored(one))} of {one.written}")
            lines.append(one.process.said()[-1500:])
        return "\n".join([*lines, self.collector.said()[-3000:]])


async def moment(seconds: float) -> None:
    """Let that much real time pass: when a kill falls is what this is about."""
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("WACHTPOST_KILL_SEED") or secrets.randbelow(10**9))


@pytest.fixture
def post(
    durable_postgres_server: PostgresServer, private_broker: Broker, tmp_path: Path
) -> Iterator[Post]:
    server = durable_postgres_server
    asyncio.run(migrate(server.admin_url))
    inventory, stations = furnish(tmp_path, private_broker.port)
    url = url_as(server.admin_url, "wachtpost_collector")
    collector = collector_process(tmp_path, inventory, url, private_broker.port)
    made = Post(collector, stations, private_broker, server)
    yield made
    made.end()


@pytest.mark.timeout(400)
async def test_every_record_is_stored_once_and_every_incident_exists_once(
    post: Post, seed: int, record_property: Callable[[str, object], None]
):
    print(f"WACHTPOST_KILL_SEED={seed}")  # noqa: T201  # pytest shows it on failure
    chance = random.Random(seed)  # noqa: S311  # repeatable is the point
    post.start()
    assert await came(post.has_begun), post.report()
    while post.written < RECORDS or post.killed.total() < KILLS:
        await post.kill_one(chance)
    await rest(post)
    assert await came(post.has_all), post.report()
    for name, times in post.killed.items():
        record_property(name, times)
    assert_once(post)
    assert_incidents_once(post)


async def rest(post: Post) -> None:
    """End the flow in order, so that only heartbeats follow."""
    for station in post.stations:
        await asyncio.to_thread(station.process.kill)
        station.rest()
        station.process.start()


async def came(true: Callable[[], object]) -> bool:
    try:
        await until(true, PATIENCE_S)
    except TimeoutError:
        return False
    return True


def assert_once(post: Post) -> None:
    total = 0
    for station in post.stations:
        rows = post.stored(station)
        total += len(rows)
        assert len(set(rows)) == len(rows), "a record is stored twice"
        lanes: dict[tuple[str, str], list[int]] = {}
        for run, lane, seq in rows:
            lanes.setdefault((run, lane), []).append(seq)
        for (run, lane), seqs in lanes.items():
            assert sorted(seqs) == list(range(1, len(seqs) + 1)), (run, lane)
    assert total >= RECORDS
    assert post.ask("select refusal, detail from store.frame_set_aside") == []
    assert post.ask("select from store.event where kind = 'records.dropped'") == []


def assert_incidents_once(post: Post) -> None:
    incidents = Counter(post.ask("select site, cause from store.incident"))
    assert set(incidents.values()) == {1}, incidents
    for station in post.stations:
        assert (station.site, "panic") in incidents
        assert (station.site, "intrusion") in incidents
    pressed = post.ask(
        "select count(*), count(distinct (device, run, lane, seq))"
        " from store.event where kind = 'panic.pressed'"
    )
    joined = post.ask(
        "select count(*), count(distinct (device, run, lane, seq))"
        " from store.incident_record join store.incident using (incident)"
        " where cause = 'panic' and kind = 'panic.pressed'"
    )
    assert pressed == joined
    assert pressed[0][0] > len(post.stations)
    opened = post.ask(
        "select incident from store.incident_log where what = 'opened'"
        " group by 1 having count(*) <> 1"
    )
    assert opened == []
