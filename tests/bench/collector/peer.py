"""What the collector is measured against: a floor below it, and a naive program."""

import json
import secrets
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.bench.collector import wire
from tests.bench.collector.figure import FLOOR, NAIVE, Round
from tests.bench.collector.naive import READY, TOPIC
from tests.bench.collector.post import Post
from tests.bench.collector.sealed import Device
from tests.bench.collector.sender import Connection
from tests.servers.process import Server

ROOT = Path(__file__).parents[3]
BATCH = 2_000
UNIT = "veenrand"
WAIT_S = 120.0
_STAGE = b"""
    create temporary table if not exists floor
        (like store.event including defaults) on commit delete rows
"""
_COLUMNS = "device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data"
_COPY = f"copy floor ({_COLUMNS}) from stdin"
_INSERT = f"""
    insert into store.event ({_COLUMNS})
    select {_COLUMNS} from floor on conflict do nothing
"""  # noqa: S608  # both parts are constants


def floor(post: Post, device: Device, records: int) -> Round:
    """Store rows that are made already: COPY, insert ... on conflict, commit.

    In batches of 2,000, into the collector's own table, with its role.
    """
    rows = list(_rows(device, records))
    with psycopg.connect(post.collector_url) as connection:
        connection.execute(_STAGE)
        connection.commit()
        before, begin = post.cpu([]), time.perf_counter()
        for start in range(0, records, BATCH):
            with connection.cursor().copy(_COPY.encode()) as copy:
                for row in rows[start : start + BATCH]:
                    copy.write_row(row)
            connection.execute(_INSERT.encode())
            connection.commit()
        seconds = time.perf_counter() - begin
    return Round(FLOOR, records, records, seconds, post.cpu([]).since(before))


def _rows(device: Device, records: int) -> Iterator[tuple[object, ...]]:
    run, now = secrets.token_hex(8), datetime.now(UTC)
    for seq in range(1, records + 1):
        at = now + timedelta(microseconds=200 * seq)
        place = (device.id, run, "up", seq, at, now, UNIT, device.site)
        yield (*place, "contact.opened", device.sensor(1), 1, "{}")


def naive(post: Post, device: Device, records: int) -> Round:
    """Let the naive program store messages of one record, as it best can."""
    run = secrets.token_hex(8)
    packets = list(_messages(device, run, records))
    arguments = ["-m", "tests.bench.collector.naive", post.server.admin_url]
    program = Server(
        "naive",
        [
            "env",
            f"PYTHONPATH={ROOT}",
            sys.executable,
            *arguments,
            str(post.broker.port),
        ],
        ready=f"^{READY}$",
    )
    program.start()
    try:
        return _timed(post, program, packets, run)
    finally:
        program.stop()


def _messages(device: Device, run: str, records: int) -> Iterator[bytes]:
    now = datetime.now(UTC)
    for seq in range(1, records + 1):
        told = {
            "device": device.id,
            "run": run,
            "seq": seq,
            "at": (now + timedelta(microseconds=seq)).isoformat(),
            "unit": UNIT,
            "site": device.site,
            "kind": "contact.opened",
            "sensor": 1,
        }
        yield wire.publish(TOPIC, json.dumps(told).encode(), seq)


def _timed(post: Post, program: Server, packets: Sequence[bytes], run: str) -> Round:
    pids = [] if program.pid is None else [program.pid]
    connection = Connection(post.broker.port, "naive-sender")
    with psycopg.connect(post.server.admin_url, autocommit=True) as looking:
        before, begin = post.cpu(pids), time.perf_counter()
        threading.Thread(target=connection.send, args=(b"".join(packets),)).start()
        while _count(looking, run) < len(packets):
            if time.perf_counter() - begin > WAIT_S:
                raise AssertionError("the naive program has not stored everything")
            connection.poll(0.05)
        seconds = time.perf_counter() - begin
    used = post.cpu(pids).since(before)
    connection.close()
    return Round(NAIVE, len(packets), len(packets), seconds, used)


def _count(looking: psycopg.Connection[tuple[object, ...]], run: str) -> int:
    row = looking.execute(
        "select count(*)::int from store.event where run = %s", [run]
    ).fetchone()
    return int(str(row[0])) if row else 0
