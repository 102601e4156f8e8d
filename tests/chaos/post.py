"""A whole post as real processes, with a bad network between them, and its blows."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from collector.migrate import migrate
from tests.chaos.air import Air
from tests.chaos.books import Stored, account
from tests.chaos.clock import SteppedClock, stepped_clocks
from tests.chaos.link import STORMS, WEATHERS, Link, Links
from tests.chaos.plan import Blow
from tests.chaos.relay import network
from tests.chaos.station import (
    SITES,
    Ground,
    Station,
    Ways,
    collector_process,
    make_inventory,
    make_station,
)
from tests.chaos.witness import Witness, witness
from tests.collector.databases import url_as
from tests.collector.process import Process
from tests.collector.waiting import until
from tests.servers import mosquitto, postgres
from tests.servers.mosquitto import Broker
from tests.servers.postgres import PostgresServer, SmallDisk
from tests.servers.process import free_port
from tests.servers.tmpfs import SmallDisks

Server = Process | Broker | PostgresServer

COLLECTORS = ("collector-1", "collector-2")
STEPS_S = (-86_400, -7_200, -6, 6, 7_200, 86_400)
MEND_S = 20.0

STORED = """
    select run, lane, seq, kind, (data->>'first')::bigint, (data->>'last')::bigint
        from store.event where device = %s and run ~ '^[0-9a-f]{16}$' union all
    select run, lane, seq, 'measurement.taken', null, null
        from store.measurement where device = %s union all
    select run, lane, seq, kind, (data->>'first')::bigint, (data->>'last')::bigint
        from store.event_untimed where device = %s"""


@dataclass
class Post:
    """Everything that can suffer, by name, and what the database says of it."""

    broker: Broker
    database: PostgresServer
    witness: Witness
    disks: SmallDisks | None
    stations: list[Station] = field(default_factory=list)
    collectors: dict[str, Process] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    health: dict[str, int] = field(default_factory=dict)
    clocks: dict[str, SteppedClock] = field(default_factory=dict)
    struck: Counter[str] = field(default_factory=Counter)
    replayed: int = 0

    def __post_init__(self) -> None:
        self._turns: dict[str, asyncio.Lock] = {}
        self._filled: set[str] = set()

    @property
    def servers(self) -> dict[str, Server]:
        """All that runs, by name."""
        edges = {station.site: station.process for station in self.stations}
        others: dict[str, Server] = {"broker": self.broker, "database": self.database}
        return {**self.collectors, **edges, **others}

    def victims(self) -> dict[str, Sequence[str]]:
        """Who can suffer each fault on this machine."""
        sites = [station.site for station in self.stations]
        lines = [name for name, link in self.links.items() if link.line]
        return {
            "killed": list(self.servers),
            "away": ["broker", "database"],
            "absent": ["database"],
            **dict.fromkeys(WEATHERS, tuple(self.links)),
            **dict.fromkeys(STORMS, tuple(lines)),
            "replayed": ["broker"],
            "stepped": list(self.clocks),
            "full": ["database", *sites] if self.disks else [],
        }

    def start(self) -> None:
        """Start what is not a server."""
        for process in (*self.collectors.values(), *self._edges):
            process.start()

    def end(self) -> None:
        """End what `start` started."""
        for process in (*self.collectors.values(), *self._edges):
            process.kill()

    @property
    def _edges(self) -> list[Process]:
        return [station.process for station in self.stations]

    async def suffer(self, blow: Blow) -> None:
        """Strike, wait, mend; one blow at a time for each victim."""
        async with self._turns.setdefault(blow.victim, asyncio.Lock()):
            self.struck[blow.fault] += 1
            match blow.fault:
                case "killed" | "away" | "absent":
                    await self._down(blow)
                case "replayed":
                    chance = random.Random(blow.dice)  # noqa: S311  # repeatable
                    self.replayed += self.witness.replay(chance)
                case "stepped":
                    await self._step(blow)
                case "full":
                    await self._fill(blow)
                case _:
                    await self._rain(blow)

    async def _down(self, blow: Blow) -> None:
        victim = self.servers[blow.victim]
        end = victim.kill if blow.fault == "killed" else victim.stop
        await asyncio.to_thread(end)
        await moment(blow.lasting_s)
        await asyncio.to_thread(victim.start)

    async def _rain(self, blow: Blow) -> None:
        link = self.links[blow.victim]
        link.strike(blow.fault, blow.dice)
        await moment(blow.lasting_s)
        link.mend()

    async def _step(self, blow: Blow) -> None:
        clock = self.clocks[blow.victim]
        clock.step(STEPS_S[blow.dice % len(STEPS_S)])
        await moment(blow.lasting_s)
        clock.step(0)

    async def _fill(self, blow: Blow) -> None:
        if self.disks is None:
            return
        self._filled.add(blow.victim)
        folder = self._disk_of(blow.victim)
        await asyncio.to_thread(self.disks.fill, folder)
        await moment(blow.lasting_s)
        await asyncio.to_thread(self.disks.relieve, folder)
        if blow.victim == "database":
            await self._mend_database()

    def _disk_of(self, name: str) -> Path:
        outboxes = {station.site: station.outbox for station in self.stations}
        return {**outboxes, "database": self.database.data}[name]

    async def _mend_database(self) -> None:
        """Start it again where the full disk ended it, as its operator would."""
        if not await came(lambda: asks(self.database), MEND_S):
            await asyncio.to_thread(self.database.kill)
            await asyncio.to_thread(self.database.start)

    async def rest(self) -> None:
        """End the flow in order, so that only heartbeats follow."""
        for station in self.stations:
            await asyncio.to_thread(station.process.kill)
            station.rest()
            station.process.start()

    def stored(self, station: Station) -> list[Stored]:
        """Give every stored record of a device that it wrote itself."""
        return [Stored(*row) for row in self.ask(STORED, *[station.device] * 3)]

    def ask(self, text: str, *values: object) -> list[Any]:
        """Ask the database, as its owner."""
        with psycopg.connect(self.database.admin_url) as connection:
            return connection.execute(text.encode(), values).fetchall()

    @property
    def written(self) -> int:
        """How many records all devices ever wrote."""
        return sum(station.written for station in self.stations)

    def has_begun(self) -> bool:
        """Tell whether something of each device is stored."""
        return all(self.stored(station) for station in self.stations)

    def faults(self, station: Station) -> list[str]:
        """Say what is wrong in the books of a device.

        Looked at in this order, so that what comes meanwhile is waited for.
        """
        books = account(self.stored(station))
        return books.faults(station.written, may_drop=station.site in self._filled)

    def is_even(self) -> bool:
        """Tell whether everything that was ever written has come, once."""
        return not any(self.faults(station) for station in self.stations)

    def report(self) -> str:
        """Say how far it came and what everybody said last, for who has to mend it."""
        lines = [f"struck: {dict(self.struck)}, {self.replayed} frames replayed"]
        for one in self.stations:
            lines += [f"{one.site}: {one.written} written", *self.faults(one)]
            lines.append(one.process.said()[-1500:])
        lines += [one.said()[-2500:] for one in self.collectors.values()]
        return "\n".join(lines)


@dataclass(frozen=True)
class World:
    """What this machine lets a post have: small disks, bad air; the seed of both."""

    disks: SmallDisks | None = None
    sky: Air | None = None
    seed: int = 0


@contextmanager
def furnished(folder: Path, world: World) -> Iterator[Post]:
    """Give a post whose servers run and whose programs are not started yet."""
    disks = world.disks
    small = None if disks is None else SmallDisk(disks)
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto.started())
        database = stack.enter_context(postgres.started("timescale", "durable", small))
        asyncio.run(migrate(database.admin_url))
        links = Links(stack.enter_context(network()), world.sky, world.seed)
        made = Post(broker, database, stack.enter_context(witness(broker.port)), disks)
        _settle(made, folder, links)
        stack.callback(made.end)
        yield made


def _settle(post: Post, folder: Path, links: Links) -> None:
    """Put the programs into a post, each with links and a clock of its own."""
    _, keys = make_inventory(folder)

    def ground(name: str) -> Ground:
        if stepped_clocks():
            post.clocks[name] = SteppedClock(folder / f"{name}.clock")
        return Ground(post.disks, links.prefix, post.clocks.get(name))

    def link(name: str, target: int) -> str:
        post.links[name] = links.link(target)
        return post.links[name].address

    for site in SITES:
        ways = (f"{site} to broker", f"{site} to broker again")
        brokers = [link(way, post.broker.port) for way in ways]
        station = make_station(folder, site, keys, brokers, ground(site))
        post.stations.append(station)
    for name in COLLECTORS:
        broker = link(f"{name} to broker", post.broker.port)
        place = link(f"{name} to database", post.database.port)
        url = url_as(post.database.admin_url, "wachtpost_collector")
        url = url.replace(f"127.0.0.1:{post.database.port}/", f"{place}/")
        post.health[name] = free_port()
        ways_of = Ways(name, url, broker, post.health[name])
        post.collectors[name] = collector_process(folder, ways_of, ground(name))


def asks(database: PostgresServer) -> bool:
    """Tell whether the database can write."""
    try:
        with psycopg.connect(database.admin_url, connect_timeout=5) as connection:
            connection.execute("create temporary table tried (n int)")
    except psycopg.Error:
        return False
    return True


async def moment(seconds: float) -> None:
    """Let that much real time pass: when a blow falls is what this is about."""
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)


async def came(true: Any, seconds: float) -> bool:
    """Wait until something is so; tells whether it came to be."""
    try:
        await until(true, seconds)
    except TimeoutError:
        return False
    return True
