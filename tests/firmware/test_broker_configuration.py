"""The very broker configuration that is installed, run by a real Mosquitto."""

import queue
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collector.fleet import authority
from tests.firmware.broker import (
    MINE,
    NOTHING_CAME_S,
    OTHER,
    PATIENCE_S,
    Installed,
    Peer,
    installed_broker,
    shake_hands,
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


def test_the_log_holds_no_address(installed: Installed, peers: dict[str, Peer]) -> None:
    assert peers
    assert "127.0.0.1" not in installed.said()
