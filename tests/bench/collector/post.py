"""Broker, TimescaleDB and collectors as real processes on this machine."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from nacl.public import PublicKey

from collector.__main__ import SEALING_FILE, SIGNING_FILE, make_keys
from collector.migrate import migrate
from collector.settings import PREFIX
from sites.keys import public_key
from tests.bench import kernel
from tests.bench.collector.figure import Cpu
from tests.bench.collector.sealed import Device, Load, write_inventory
from tests.collector.databases import url_as
from tests.collector.process import Process
from tests.servers import mosquitto, postgres
from tests.servers.mosquitto import Broker
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port

BROKER = (
    "allow_anonymous true",
    "max_queued_messages 0",
    "max_inflight_messages 1000",
)
LANES = 3
START_S = 120.0
_COUNT = """
    select count(*), count(distinct (device, run, lane, seq)) from store.event
     where device = any(%s) and run = %s
"""


@dataclass
class Post:
    """What all sections are measured on; collectors come and go."""

    folder: Path
    broker: Broker
    server: PostgresServer
    key: PublicKey

    @property
    def collector_url(self) -> str:
        """The database as the collector's role."""
        return url_as(self.server.admin_url, "wachtpost_collector")

    @contextmanager
    def collectors(self, count: int) -> Iterator[list[int]]:
        """Run so many, sharing the work; give their process ids when they hear."""
        with ExitStack() as stack:
            running = [self._collector(number, count) for number in range(count)]
            for one, log in running:
                log.unlink(missing_ok=True)
                one.start()
                stack.callback(one.stop)
            for one, log in running:
                _wait(one, log)
            yield [pid for one, _ in running if (pid := one.pid) is not None]

    def _collector(self, number: int, count: int) -> tuple[Process, Path]:
        environment = {
            "NAME": f"bench-{number}",
            "SHARE": str(count > 1).lower(),
            "DATABASE_URL": self.collector_url,
            "INVENTORY": str(self.folder / "inventory"),
            "BROKER": f"mqtt://127.0.0.1:{self.broker.port}",
            "SEALING_KEY_FILE": str(self.folder / SEALING_FILE),
            "SIGNING_KEY_FILE": str(self.folder / SIGNING_FILE),
            "BLOBS": str(self.folder / "blobs"),
            "HEALTH": f"127.0.0.1:{free_port()}",
        }
        log = self.folder / f"collector-{number}.log"
        named = {PREFIX + name: value for name, value in environment.items()}
        return Process(["wachtpost", "collector", "run"], log, named), log

    def stored(self, load: Load) -> tuple[int, int]:
        """Count its rows, and the records that they are."""
        with psycopg.connect(self.server.admin_url) as connection:
            row = connection.execute(_COUNT, [list(load.devices), load.run]).fetchone()
        if row is None:
            raise AssertionError
        return row[0], row[1]

    def cpu(self, collectors: Sequence[int]) -> Cpu:
        """Give the processor seconds that each part ever took."""
        if self.broker.pid is None or self.server.pid is None:
            raise AssertionError("a server has ended")
        return Cpu(
            collector=sum(map(kernel.cpu_s, collectors)),
            database=kernel.cpu_s(self.server.pid)
            + sum(map(kernel.cpu_s, kernel.children(self.server.pid))),
            broker=kernel.cpu_s(self.broker.pid),
            generator=time.process_time(),
        )


def _wait(process: Process, log: Path) -> None:
    pause, deadline = threading.Event(), time.monotonic() + START_S
    while log.read_bytes().count(b"broker.subscribed") < LANES:
        if not process.running or time.monotonic() > deadline:
            raise AssertionError("the collector did not start: " + process.said())
        pause.wait(0.1)


@contextmanager
def opened(folder: Path, devices: Sequence[Device]) -> Iterator[Post]:
    """Start broker and database, durable, with an inventory of these devices."""
    with (
        postgres.started("timescale", "durable") as server,
        mosquitto.started(BROKER) as broker,
    ):
        asyncio.run(migrate(server.admin_url))
        seal_key, _ = make_keys(folder)
        write_inventory(folder / "inventory", devices)
        yield Post(folder, broker, server, public_key(seal_key))


def load_average() -> str:
    """Say how much the machine has to do at this moment."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())
