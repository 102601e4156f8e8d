"""The uplink on a real broker: it comes back, and a frame is one message."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from edge.dispatch import Dispatch
from edge.errors import LinkError
from edge.outbox import Outbox
from edge.uplink import Broker, Link, Uplink, pause
from sites.keys import new_device_id
from sites.record import Lane, Record
from sites.topic import Path as Way
from tests.edge.collector_side import CollectorSide
from tests.edge.records import NOON, measurement, panic
from tests.edge.wire import dispatch
from tests.servers.mosquitto import Broker as Mosquitto

CHANCE = Random(1)  # noqa: S311  # jitter, no secret


def ring() -> None:
    """Hear the bell and do nothing."""


@pytest.fixture
def way() -> Way:
    """Give a path of the test's own."""
    return Way(new_device_id(), 1)


@pytest.fixture
def side(broker: Mosquitto, way: Way) -> Iterator[CollectorSide]:
    with CollectorSide(broker.port, way) as collector:
        yield collector


class WatchedOutbox(Outbox):
    """An outbox that says when nothing in it waits any more."""

    empty: asyncio.Event

    def append(self, record: Record) -> int:
        self.empty.clear()
        return super().append(record)

    def forget(self, run: str, lane: Lane, seqs: Iterable[int]) -> int:
        gone = super().forget(run, lane, seqs)
        if not self.backlog("al") and not self.backlog("up"):
            self.empty.set()
        return gone


@pytest.fixture
def box(tmp_path: Path) -> Iterator[WatchedOutbox]:
    with WatchedOutbox(tmp_path / "outbox", NOON) as outbox:
        outbox.empty = asyncio.Event()
        yield outbox


@asynccontextmanager
async def running(port: int, way: Way, station: Dispatch) -> AsyncIterator[Uplink]:
    """Run an uplink until the block ends."""
    uplink = Uplink(Broker("127.0.0.1", port), way, station.serve, station.ring, CHANCE)
    task = asyncio.create_task(uplink.run(), name="uplink")
    try:
        yield uplink
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(side: CollectorSide, holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(side.until, holds)


async def drained(box: WatchedOutbox) -> None:
    """Wait until nothing in the outbox waits any more."""
    async with asyncio.timeout(30):
        await box.empty.wait()


async def test_what_is_written_arrives_and_is_forgotten(
    broker: Mosquitto, side: CollectorSide, way: Way, box: WatchedOutbox, tmp_path: Path
):
    side.answers = side.stored
    station = dispatch(box, tmp_path, way.device)
    async with running(broker.port, way, station):
        for _ in range(700):
            box.append(measurement())
        box.append(panic())
        station.ring()
        await drained(box)
    assert sorted(r.seq for r in side.records if r.lane == "up") == list(range(1, 701))
    assert [r.seq for r in side.records if r.lane == "al"] == [1, 2]
    assert {channel for channel, _ in side.came} == {"al", "up"}


async def test_what_the_collector_does_not_confirm_goes_again(
    broker: Mosquitto, side: CollectorSide, way: Way, box: WatchedOutbox, tmp_path: Path
):
    station = dispatch(box, tmp_path, way.device)
    async with running(broker.port, way, station):
        await until(side, lambda: len(side.came) == 2)
        assert box.backlog("al") == 1
        side.answers = side.stored
        await drained(box)
    assert len({payload for _, payload in side.came}) == 1


async def test_a_forged_receipt_deletes_nothing_over_the_wire(
    broker: Mosquitto, side: CollectorSide, way: Way, box: WatchedOutbox, tmp_path: Path
):
    def forge(name: str) -> None:
        side.answer(side.stored(name), key=SigningKey.generate())
        side.send_down(b"rubbish")

    side.answers = forge
    station = dispatch(box, tmp_path, way.device)
    async with running(broker.port, way, station):
        await until(side, lambda: len(side.came) == 2)
        assert station._receipts.counts["ignored"] >= 2
        assert box.backlog("al") == 1


async def test_it_goes_on_when_the_broker_was_killed_and_has_lost_everything(
    private_broker: Mosquitto, way: Way, box: WatchedOutbox, tmp_path: Path
):
    station = dispatch(box, tmp_path, way.device)
    with CollectorSide(private_broker.port, way) as side:
        side.answers = side.stored
        async with running(private_broker.port, way, station) as uplink:
            await drained(box)
            private_broker.kill()
            for _ in range(100):
                box.append(measurement())
            box.append(panic())
            station.ring()
            side._subscribed = False
            await asyncio.to_thread(private_broker.start)
            await drained(box)
            assert uplink.connections >= 2  # a broker that starts may hang up once more
    assert {r.seq for r in side.records if r.lane == "up"} == set(range(1, 101))


async def test_a_lost_connection_speaks_its_last_will_with_an_id_of_its_own(
    private_broker: Mosquitto, way: Way
):
    with CollectorSide(private_broker.port, way) as side:
        broker = Broker("127.0.0.1", private_broker.port)
        for count in (1, 2):
            async with Link(broker, way, ring):
                async with Link(broker, way, ring):
                    pass  # the second takes over from the first
                await until(side, partial(side.gone_reached, count))
    assert len(set(side.gone)) == 2
    assert all(len(bytes.fromhex(one.decode())) == 8 for one in side.gone)


async def test_a_goodbye_speaks_no_last_will(
    broker: Mosquitto, side: CollectorSide, way: Way
):
    here = Broker("127.0.0.1", broker.port)
    async with Link(here, way, ring):
        pass
    async with Link(here, way, ring), Link(here, way, ring):
        pass  # the second takes over from the first, which speaks
    await until(side, partial(side.gone_reached, 1))
    assert len(side.gone) == 1


def paho_threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("paho")]


async def test_no_thread_is_left_behind(
    broker: Mosquitto, side: CollectorSide, way: Way
):
    before = set(paho_threads())
    for _ in range(3):
        async with Link(Broker("127.0.0.1", broker.port), way, ring):
            (own,) = set(paho_threads()) - before
        await asyncio.to_thread(own.join, 10)
        assert not own.is_alive()
    assert side.gone == []


async def test_a_broker_that_is_not_there_is_an_error_in_words(way: Way):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(LinkError, match="cannot be reached"):
            async with Link(Broker("127.0.0.1", port), way, ring):
                pass


async def test_a_name_that_no_one_has_is_an_error_in_words(way: Way, tmp_path: Path):
    with pytest.raises(LinkError):
        async with Link(Broker("127.0.0.1", 1, tmp_path), way, ring):
            pass


async def test_a_lost_connection_is_told_after_what_had_come(
    private_broker: Mosquitto, way: Way
):
    heard = asyncio.Event()
    with CollectorSide(private_broker.port, way) as side:
        broker = Broker("127.0.0.1", private_broker.port)
        async with Link(broker, way, heard.set) as link:
            side.send_down(b"first")
            await heard.wait()
            heard.clear()
            private_broker.kill()
            await heard.wait()
            assert link.take() == [b"first"]
            with pytest.raises(LinkError):
                link.take()


async def test_a_message_that_is_too_large_for_an_answer_is_not_kept(
    broker: Mosquitto, side: CollectorSide, way: Way
):
    heard = asyncio.Event()
    async with Link(Broker("127.0.0.1", broker.port), way, heard.set) as link:
        side.send_down(bytes(100_000))
        side.send_down(b"small")
        await heard.wait()
        assert link.take() == [b"small"]


@given(st.integers(0, 10**6))
def test_the_pause_is_never_longer_than_30_seconds(failures: int):
    assert 0.25 <= pause(failures, CHANCE) <= 30


def test_the_pause_grows_and_is_not_the_same_for_all():
    assert max(pause(0, CHANCE) for _ in range(50)) <= 0.5
    many = {round(pause(10, CHANCE), 2) for _ in range(50)}
    assert min(many) >= 15
    assert len(many) > 25


async def test_a_broker_that_acknowledges_nothing_is_left(way: Way):
    """A server that greets, and then takes everything without a word."""
    held: list[asyncio.StreamWriter] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.read(1024)
        writer.write(b"\x20\x02\x00\x00")  # connected
        subscribe = await reader.read(1024)
        writer.write(b"\x90\x03" + subscribe[2:4] + b"\x01")  # subscribed
        while await reader.read(65_536):
            pass

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Link(Broker("127.0.0.1", port), way, ring) as link:
            with pytest.raises(LinkError):
                flood(link)
        held[0].close()


def flood(link: Link) -> None:
    for _ in range(1000):
        link.publish("al", b"frame")
