"""Messages come out of a real broker in batches, and answers go down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Protocol

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

import collector.intake.source
from collector.intake.source import MAX_BATCH, Broker, Message, MqttSource, Subscription
from tests.collector.waiting import SECONDS, until
from tests.servers.mosquitto import Broker as Mosquitto


class Reachable(Protocol):
    """A broker, whichever it is."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


class Talker:
    """A client that publishes, and hears what comes down."""

    def __init__(self, broker: Reachable, hears: str = "") -> None:
        self.heard: SimpleQueue[bytes] = SimpleQueue()
        ready: SimpleQueue[str] = SimpleQueue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(1000)
        self.client.on_message = lambda *given: self.heard.put(given[2].payload)
        self.client.on_connect = lambda *_: ready.put("")
        self.client.on_subscribe = lambda *_: ready.put("")
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        ready.get(timeout=SECONDS)
        if hears:
            self.client.subscribe(hears, qos=1)
            ready.get(timeout=SECONDS)

    def say(self, topic: str, *payloads: bytes) -> None:
        sent = [self.client.publish(topic, payload, qos=1) for payload in payloads]
        sent[-1].wait_for_publish(SECONDS)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def listening(
    broker: Reachable, *topics: str, on_drop: Callable[[], object] = list
) -> AsyncIterator[MqttSource]:
    source = MqttSource(
        Broker(broker.host, broker.port),
        Subscription("test-" + topics[0].replace("/", "-").replace("+", "x"), topics),
        clock,
        on_drop,
    )
    keeping = asyncio.create_task(source.keep())
    try:
        await until(lambda: source.listening_since is not None)
        yield source
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def gather(source: MqttSource, count: int) -> list[Message]:
    found: list[Message] = []
    async with asyncio.timeout(SECONDS):
        while len(found) < count:
            found += await source.poll()
    return found


async def test_what_is_said_is_heard_in_order_and_in_batches(broker: Mosquitto):
    talker = Talker(broker)
    async with listening(broker, "one/+/up") as source:
        # Mosquitto drops what a slow reader leaves beyond 1,000.
        said = [str(n).encode() for n in range(900)]
        await asyncio.to_thread(talker.say, "one/x/up", *said)
        await until(lambda: source.depth == len(said))
        first = await source.poll()
        assert len(first) == MAX_BATCH
        rest = await gather(source, len(said) - MAX_BATCH)
    talker.close()
    heard = [*first, *rest]
    assert [message.payload for message in heard] == said
    assert {message.topic for message in heard} == {"one/x/up"}
    assert heard[0].received <= heard[-1].received <= clock()


async def test_a_batch_ends_with_the_message_that_fills_it(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(collector.intake.source, "MAX_BATCH_BYTES", 1000)
    talker = Talker(broker)
    async with listening(broker, "size/up") as source:
        said = [bytes(400)] * 4 + [bytes(5000), b"last"]
        await asyncio.to_thread(talker.say, "size/up", *said)
        await until(lambda: source.depth == len(said))
        batches = [len(await source.poll()) for _ in range(3)]
    talker.close()
    assert batches == [3, 2, 1]


async def test_a_large_message_comes_whole(broker: Mosquitto):
    talker = Talker(broker)
    large = bytes(range(256)) * 12_000
    async with listening(broker, "two/up") as source:
        await asyncio.to_thread(talker.say, "two/up", large, b"after")
        heard = await gather(source, 2)
    talker.close()
    assert [message.payload for message in heard] == [large, b"after"]


async def test_an_answer_goes_down(broker: Mosquitto):
    talker = Talker(broker, hears="three/down")
    async with listening(broker, "three/up") as source:
        for n in range(300):
            assert source.answer("three/down", str(n).encode() * 100)
        heard = [
            await asyncio.to_thread(talker.heard.get, timeout=SECONDS)
            for _ in range(300)
        ]
    talker.close()
    assert heard == [str(n).encode() * 100 for n in range(300)]


async def test_a_broker_that_was_killed_is_found_again(private_broker: Mosquitto):
    async with listening(private_broker, "four/up") as source:
        private_broker.kill()
        await until(lambda: source.listening_since is None)
        assert source.answer("four/down", b"lost") is False
        private_broker.start()
        await until(lambda: source.listening_since is not None)
        talker = Talker(private_broker)
        await asyncio.to_thread(talker.say, "four/up", b"again")
        (message,) = await gather(source, 1)
    talker.close()
    assert message.payload == b"again"


async def test_a_broker_that_is_not_there_yet_is_waited_for(private_broker: Mosquitto):
    private_broker.stop()
    source = MqttSource(
        Broker(private_broker.host, private_broker.port),
        Subscription("test-five", ("five/up",)),
        clock,
        list,
    )
    keeping = asyncio.create_task(source.keep())
    assert not (await asyncio.wait([keeping], timeout=0.3))[0]
    private_broker.start()
    await until(lambda: source.listening_since is not None)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def test_what_does_not_fit_is_dropped_and_told(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(collector.intake.source, "MAX_WAITING", 10)
    monkeypatch.setattr(collector.intake.source, "MAX_WAITING_BYTES", 1000)
    drops: list[int] = []
    talker = Talker(broker)
    async with listening(broker, "six/up", on_drop=lambda: drops.append(1)) as full:
        before = full.listening_since
        assert before is not None
        await asyncio.to_thread(talker.say, "six/up", *[b"x"] * 15)
        await until(lambda: len(drops) == 5)
        assert full.depth == 10
        assert full.listening_since is not None
        assert full.listening_since > before
        assert len(await full.poll()) == 10
        await asyncio.to_thread(talker.say, "six/up", bytes(900), bytes(101), b"small")
        await until(lambda: len(drops) == 6)
        assert [len(one.payload) for one in await gather(full, 2)] == [900, 5]
    talker.close()
