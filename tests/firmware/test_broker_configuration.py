"""The very broker configuration that is installed, run by a real Mosquitto."""

import contextlib
import queue
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.fleet import authority
from collector.intake.cut import cut
from collector.intake.source import Broker
from tests.firmware.broker import (
    MINE,
    NOTHING_CAME_S,
    OTHER,
    PATIENCE_S,
    Installed,
    Peer,
    installed_broker,
    shake_hands,
    tls_context,
)


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    with installed_broker() as broker:
        yield broker


@pytest.fixture
def peers(installed: Installed) -> Iterator[dict[str, Peer]]:
    made = {name: Peer(installed, installed.device(name)) for name in (MINE, OTHER)}
    made["collector"] = Peer(installed, installed.collector(), inner=True)
    for peer in made.values():
        assert peer.answers.get(timeout=PATIENCE_S) == "Success"
    yield made
    for peer in made.values():
        peer.close()


def test_a_device_is_heard_on_each_of_its_own_topics(peers: dict[str, Peer]) -> None:
    collector = peers["collector"]
    for channel in ("al", "up", "bl", "gone"):
        collector.listen(f"wp/1/+/{channel}")
        peers[MINE].say(f"wp/1/{MINE}/{channel}", channel.encode())
        message = collector.heard.get(timeout=PATIENCE_S)
        assert (message.topic, message.payload) == (
            f"wp/1/{MINE}/{channel}",
            channel.encode(),
        )


def test_a_device_cannot_speak_as_another(peers: dict[str, Peer]) -> None:
    peers["collector"].listen("wp/1/+/al")
    peers[MINE].say(f"wp/1/{OTHER}/al", b"forged")
    peers[MINE].say(f"wp/1/{MINE}/al", b"honest")
    assert peers["collector"].heard.get(timeout=PATIENCE_S).payload == b"honest"
    with pytest.raises(queue.Empty):
        peers["collector"].heard.get(timeout=NOTHING_CAME_S)


def test_a_device_hears_its_own_answers_and_no_others(peers: dict[str, Peer]) -> None:
    for topic in (f"wp/1/{MINE}/down", f"wp/1/{OTHER}/down", "wp/1/+/al", "#"):
        peers[MINE].listen(topic)
    peers["collector"].say(f"wp/1/{OTHER}/down", b"for the other")
    peers[OTHER].say(f"wp/1/{OTHER}/al", b"from the other")
    peers["collector"].say(f"wp/1/{MINE}/down", b"for me")
    assert peers[MINE].heard.get(timeout=PATIENCE_S).payload == b"for me"
    with pytest.raises(queue.Empty):
        peers[MINE].heard.get(timeout=NOTHING_CAME_S)


def test_the_name_is_the_certificate_whatever_the_client_says(
    installed: Installed, peers: dict[str, Peer]
) -> None:
    liar = Peer(installed, installed.device(MINE), client_id="collector")
    liar.answers.get(timeout=PATIENCE_S)
    liar.listen("wp/1/+/al")
    peers[OTHER].say(f"wp/1/{OTHER}/al", b"secret")
    with pytest.raises(queue.Empty):
        liar.heard.get(timeout=NOTHING_CAME_S)
    liar.close()


def test_a_certificate_of_the_devices_authority_makes_no_collector(
    installed: Installed, peers: dict[str, Peer]
) -> None:
    own = installed.collector()
    true = Peer(installed, own, client_id="collector-plain", inner=True)
    assert true.answers.get(timeout=PATIENCE_S) == "Success"
    false = Peer(installed, installed.device("collector"), client_id="collector")
    assert false.answers.get(timeout=PATIENCE_S) == "Success"
    for topic in ("wp/1/+/al", f"wp/1/{OTHER}/down", "wp/1/probe/+"):
        false.listen(topic)
    peers[MINE].listen(f"wp/1/{MINE}/down")
    false.say(f"wp/1/{MINE}/down", b"forged")
    peers[OTHER].say(f"wp/1/{OTHER}/al", b"secret")
    true.say(f"wp/1/{OTHER}/down", b"secret")
    true.say("wp/1/probe/collector-plain", b"nonce")
    true.say(f"wp/1/{MINE}/down", b"honest")
    assert peers[MINE].heard.get(timeout=PATIENCE_S).payload == b"honest"
    with pytest.raises(queue.Empty):
        false.heard.get(timeout=NOTHING_CAME_S)
    false.close()
    true.close()


def test_a_collector_has_several_connections_at_once(
    installed: Installed, peers: dict[str, Peer]
) -> None:
    own = installed.collector()
    second = Peer(installed, own, client_id="collector-plain", inner=True)
    assert second.answers.get(timeout=PATIENCE_S) == "Success"
    second.listen("wp/1/+/up")
    peers["collector"].listen("wp/1/+/al")
    peers[MINE].say(f"wp/1/{MINE}/al", b"alarm")
    peers[MINE].say(f"wp/1/{MINE}/up", b"plain")
    assert peers["collector"].heard.get(timeout=PATIENCE_S).payload == b"alarm"
    assert second.heard.get(timeout=PATIENCE_S).payload == b"plain"
    second.close()


def test_a_collectors_own_words_come_back_and_no_device_can_say_or_hear_them(
    peers: dict[str, Peer],
) -> None:
    peers[MINE].listen("wp/1/probe/+")
    peers["collector"].listen("wp/1/probe/collector-plain")
    peers[MINE].say("wp/1/probe/collector-plain", b"forged")
    peers["collector"].say("wp/1/probe/collector-plain", b"nonce")
    assert peers["collector"].heard.get(timeout=PATIENCE_S).payload == b"nonce"
    for peer in ("collector", MINE):
        with pytest.raises(queue.Empty):
            peers[peer].heard.get(timeout=NOTHING_CAME_S)


def test_our_own_certificate_is_welcome_at_once(installed: Installed) -> None:
    assert shake_hands(installed, installed.device(MINE)) == b"\x20\x02\x00\x00"
    own = installed.collector()
    assert shake_hands(installed, own, inner=True) == b"\x20\x02\x00\x00"


def refused(installed: Installed, name: str, *, inner: bool = False) -> None:
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        shake_hands(installed, installed.folder / "clients" / name, inner=inner)


def test_neither_comes_in_by_the_door_of_the_other(installed: Installed) -> None:
    installed.device(MINE)
    refused(installed, MINE, inner=True)
    installed.collector()
    refused(installed, "collector")


def test_a_certificate_of_another_authority_is_refused(installed: Installed) -> None:
    now = datetime.now(UTC)
    ours = installed.issuing
    installed.issuing = authority.make_issuing(authority.make_root(now), now)
    installed.device("cccccccccccccccc-1")
    installed.issuing = ours
    refused(installed, "cccccccccccccccc-1")


def test_an_expired_certificate_is_refused(installed: Installed) -> None:
    installed.device("dddddddddddddddd-1", datetime.now(UTC) - timedelta(days=9))
    refused(installed, "dddddddddddddddd-1")


def test_a_revoked_certificate_is_refused_after_sighup_and_no_other(
    installed: Installed,
) -> None:
    gone, kept = (installed.device(f"{letter * 16}-1") for letter in "ef")
    assert shake_hands(installed, gone) == b"\x20\x02\x00\x00"
    installed.revoke(gone.name)
    assert shake_hands(installed, kept) == b"\x20\x02\x00\x00"
    refused(installed, gone.name)
    renewed = installed.device(gone.name)
    assert shake_hands(installed, renewed) == b"\x20\x02\x00\x00"


def test_tls_below_1_3_is_refused(installed: Installed) -> None:
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        shake_hands(installed, installed.device(MINE), ssl.TLSVersion.TLSv1_2)


def garble(broker: Installed, data: bytes, folder: Path | None = None) -> None:
    """Send something that is no MQTT, over TLS or not even that."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", broker.port), PATIENCE_S) as plain,
    ):
        if folder is None:
            plain.sendall(data)
            plain.shutdown(socket.SHUT_WR)
            plain.recv(100)
            return
        context = tls_context(folder)
        with context.wrap_socket(plain, server_hostname="localhost") as wrapped:
            wrapped.sendall(data)
            wrapped.recv(100)


def annoy(broker: Installed) -> None:
    """Do to a broker all that a stranger, a thief and a broken device may do."""
    mine = broker.device(MINE)
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(200), b""):
        garble(broker, data)
        garble(broker, data, mine)
    garble(broker, CONNECT + b"\x30\xff\xff\xff\x7f" + bytes(1000), mine)
    garble(broker, CONNECT + CONNECT, mine)
    broker.device("dddddddddddddddd-1", datetime.now(UTC) - timedelta(days=9))
    gone = broker.device("eeeeeeeeeeeeeeee-1")
    broker.revoke(gone.name)
    for name in ("dddddddddddddddd-1", gone.name):
        with contextlib.suppress(OSError):
            shake_hands(broker, broker.folder / "clients" / name)
    with contextlib.suppress(OSError):
        shake_hands(broker, mine, ssl.TLSVersion.TLSv1_2)
    with contextlib.suppress(OSError):
        shake_hands(broker, mine, inner=True)
    first = Peer(broker, mine)
    assert first.answers.get(timeout=PATIENCE_S) == "Success"
    first.say(f"wp/1/{OTHER}/al", b"forged")
    cut(broker_of(broker), MINE)  # as the collector cuts who is revoked
    assert first.lost.wait(PATIENCE_S)
    second = Peer(broker, mine)
    third = Peer(broker, mine)  # takes its place
    assert second.lost.wait(PATIENCE_S)
    third.say(f"wp/1/{MINE}/al", bytes(400_000))  # too large
    assert third.lost.wait(PATIENCE_S)
    for peer in (first, second, third):
        peer.close()


def broker_of(installed: Installed) -> Broker:
    return Broker("localhost", installed.inner, tls_context(installed.collector()))


CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"
ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,}\b")


def test_the_broker_s_log_holds_no_address_whatever_happens_a16() -> None:
    with installed_broker() as broker:
        annoy(broker)
        broker.reload()
        said = broker.said()
    assert said.strip()  # it does speak of what went wrong
    assert not ADDRESS.search(said), said


def test_a_broker_as_it_comes_would_have_written_them_down() -> None:
    """So the test above can fail: the same, without our word about its log."""
    quiet = ("connection_messages false", "log_type error", "log_type warning")
    with installed_broker(without=quiet) as broker:
        annoy(broker)
        assert ADDRESS.search(broker.said())


def test_what_is_too_large_ends_the_connection_and_reaches_nobody(
    installed: Installed, peers: dict[str, Peer]
) -> None:
    collector, mine = peers["collector"], peers[MINE]
    collector.listen("wp/1/+/bl")
    mine.say(f"wp/1/{MINE}/bl", bytes(262_144))  # the largest frame that there is
    assert len(collector.heard.get(timeout=PATIENCE_S).payload) == 262_144
    mine.say(f"wp/1/{MINE}/bl", bytes(280_000))
    assert mine.lost.wait(PATIENCE_S)
    with pytest.raises(queue.Empty):
        collector.heard.get(timeout=NOTHING_CAME_S)
    assert shake_hands(installed, installed.device(OTHER)) == b"\x20\x02\x00\x00"


def test_nothing_is_retained(peers: dict[str, Peer]) -> None:
    peers[MINE].say(f"wp/1/{MINE}/al", b"kept", retain=True)
    assert peers[MINE].lost.wait(PATIENCE_S)  # the broker takes no such thing
    peers["collector"].listen("wp/1/+/al")
    with pytest.raises(queue.Empty):
        peers["collector"].heard.get(timeout=NOTHING_CAME_S)


def test_a_queue_that_is_full_drops_the_rest_and_the_broker_lives(
    installed: Installed,
) -> None:
    """A collector that does not read costs the broker 16 MB, and no more."""
    topic = b"wp/1/+/up"
    hello = b"\x10\x12\x00\x04MQTT\x04\x02\x00\x3c\x00\x06sleepy"
    listen = b"\x82\x0e\x00\x01\x00\x09" + topic + b"\x01"
    with (
        socket.create_connection(("127.0.0.1", installed.inner)) as plain,
        tls_context(installed.collector()).wrap_socket(
            plain, server_hostname="localhost"
        ) as sleepy,
    ):
        sleepy.sendall(hello + listen)
        heard = b""
        while len(heard) < 9:
            heard += sleepy.recv(9 - len(heard))
        assert heard == b"\x20\x02\x00\x00\x90\x03\x00\x01\x01"
        mine = Peer(installed, installed.device(MINE))
        assert mine.answers.get(timeout=PATIENCE_S) == "Success"
        before = memory_of(installed)
        sent = [
            mine.client.publish(f"wp/1/{MINE}/up", bytes(200_000), qos=1)
            for _ in range(300)  # 60 MB
        ]
        sent[-1].wait_for_publish(60)
        assert sent[-1].is_published()
        assert memory_of(installed) - before < 45 * 2**20
        other = installed.device(OTHER)
        assert shake_hands(installed, other) == b"\x20\x02\x00\x00"
        mine.close()


def memory_of(installed: Installed) -> int:
    """Give the bytes that the broker holds."""
    assert installed.process is not None
    status = Path(f"/proc/{installed.process.pid}/status").read_text()
    (line,) = (one for one in status.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
