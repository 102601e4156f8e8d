"""Over TLS nothing is left lying between the socket and the loop."""

import asyncio
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import paho.mqtt.client as mqtt
import pytest
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from collector.intake.source import Broker, MqttSource, Subscription
from sites.certificate import read_leaf
from sites.tls import tls_context
from tests.collector.intake.test_source import clock, gather
from tests.collector.waiting import SECONDS, until
from tests.edge.test_uplink_tls import make_authority, make_certificate
from tests.servers import mosquitto
from tests.servers.need import needed


def make_papers(folder: Path) -> Path:
    """Make ca.pem, cert.pem and key.pem of a collector, and the broker's own."""
    make_authority(folder)
    make_certificate(folder, "broker", "broker")
    make_certificate(folder, "collector", "collector")
    shutil.copy(folder / "collector.pem", folder / "cert.pem")
    shutil.copy(folder / "collector.key", folder / "key.pem")
    above = [one for one in folder.parents if "pytest-" in str(one)]
    for path in (*folder.rglob("*"), folder, *above):
        path.chmod(0o755)  # Mosquitto reads them as another user
    return folder


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def tls_broker(papers: Path) -> Iterator[mosquitto.Broker]:
    settings = [
        f"cafile {papers / 'ca.pem'}",
        f"certfile {papers / 'broker.pem'}",
        f"keyfile {papers / 'broker.key'}",
        "require_certificate true",
        "use_identity_as_username true",
        "tls_version tlsv1.3",
        "max_inflight_messages 500",
        "max_queued_messages 10000",
    ]
    with needed(), mosquitto.started(settings) as running:
        yield running


def say(port: int, context: ssl.SSLContext, payloads: list[bytes]) -> None:
    ready: SimpleQueue[str] = SimpleQueue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(500)
    client.on_connect = lambda *_: ready.put("")
    client.tls_set_context(context)
    client.connect("127.0.0.1", port)
    client.loop_start()
    ready.get(timeout=SECONDS)
    sent = [client.publish("tls/up", payload, qos=1) for payload in payloads]
    sent[-1].wait_for_publish(SECONDS)
    client.disconnect()
    client.loop_stop()


def source_of(port: int, context: ssl.SSLContext | None) -> MqttSource:
    broker = Broker("127.0.0.1", port, context)
    return MqttSource(broker, Subscription("tls-test", ("tls/up",)), clock, list)


async def events(source: MqttSource, count: int) -> set[str]:
    """Let it try until it logged so often; gives what. It never listens meanwhile."""
    with structlog.testing.capture_logs() as logs:
        keeping = asyncio.create_task(source.keep())
        await until(lambda: len(logs) >= count)
        assert source.listening_since is None
        keeping.cancel()
        await asyncio.wait([keeping])
    return {entry["event"] for entry in logs}


async def test_many_small_and_one_large_message_all_come(
    tls_broker: mosquitto.Broker, papers: Path
):
    context = tls_context(papers)
    source = source_of(tls_broker.port, context)
    keeping = asyncio.create_task(source.keep())
    await until(lambda: source.listening_since is not None)
    said = [bytes([n % 256]) * (n % 40) for n in range(3_000)]
    said += [bytes(200_000), b"last"]
    await asyncio.to_thread(say, tls_broker.port, tls_context(papers), said)
    heard = await gather(source, len(said))
    assert [message.payload for message in heard] == said
    assert all(source.answer("tls/down", bytes(512)) for _ in range(500))
    keeping.cancel()
    await asyncio.wait([keeping])


async def test_it_knows_until_when_the_certificate_of_the_broker_is_good(
    tls_broker: mosquitto.Broker, papers: Path
):
    source = source_of(tls_broker.port, tls_context(papers))
    keeping = asyncio.create_task(source.keep())
    await until(lambda: source.broker_until is not None)
    shown = read_leaf((papers / "broker.pem").read_bytes())
    assert source.broker_until == shown.not_valid_after_utc
    keeping.cancel()
    await asyncio.wait([keeping])


async def test_without_a_certificate_it_hears_nothing_and_keeps_trying(
    tls_broker: mosquitto.Broker, papers: Path
):
    stranger = ssl.create_default_context(cafile=papers / "ca.pem")
    assert await events(source_of(tls_broker.port, stranger), 2) == {"broker.lost"}


async def test_a_broker_of_another_authority_is_not_believed(
    tls_broker: mosquitto.Broker, tmp_path: Path
):
    source = source_of(tls_broker.port, tls_context(make_papers(tmp_path)))
    assert await events(source, 2) == {"broker.not_reached"}
