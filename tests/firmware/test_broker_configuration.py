"""The very broker configuration that is installed, run by a real Mosquitto."""

import queue
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from tests.servers.mosquitto import find_mosquitto
from tests.servers.need import needed
from tests.servers.process import as_account, free_port, private_folder, unprivileged

CONFIGURATION = Path(__file__).parents[2] / "firmware-configs" / "mosquitto"
MINE = "aaaaaaaaaaaaaaaa-1"
OTHER = "bbbbbbbbbbbbbbbb-1"
PATIENCE_S = 10.0
NOTHING_CAME_S = 0.5


@dataclass(frozen=True)
class Installed:
    port: int
    inner: int
    folder: Path
    log: Path


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(
        ["openssl", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def make_authority(folder: Path, name: str) -> None:
    subject = ["-subj", f"/CN={name}", "-days", "2", "-nodes"]
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl(
        folder,
        *["req", "-x509", *new, *subject],
        *["-keyout", f"{name}.key", "-out", f"{name}.pem"],
    )


def make_certificate(folder: Path, name: str, authority: str = "ca") -> None:
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(
        folder,
        *["req", *new, "-subj", f"/CN={name}"],
        *["-keyout", f"{name}.key", "-out", f"{name}.csr"],
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    openssl(
        folder,
        *["x509", "-req", "-in", f"{name}.csr", "-days", "2", "-extfile", "names"],
        *["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key"],
        *["-CAcreateserial", "-out", f"{name}.pem"],
    )


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    with needed():
        program = find_mosquitto()
    account = unprivileged("mosquitto")
    with private_folder("firmware", account) as folder:
        make_authority(folder, "ca")
        make_authority(folder, "stranger")
        make_authority(folder, "collectors-ca")
        for name in ("broker", MINE, OTHER):
            make_certificate(folder, name)
        make_certificate(folder, "collector", "collectors-ca")
        shutil.copy(CONFIGURATION / "wachtpost.acl", folder)
        port = free_port()
        text = (CONFIGURATION / "wachtpost.conf").read_text()
        text = text.replace("listener 8883", f"listener {port} 127.0.0.1")
        inner = free_port()
        text = text.replace("listener 8884", f"listener {inner} 127.0.0.1")
        text = text.replace("/etc/wachtpost/broker", str(folder))
        text = text.replace("/etc/mosquitto/", f"{folder}/")
        (folder / "mosquitto.conf").write_text(text)
        for path in folder.iterdir():
            path.chmod(0o644)
        log = folder / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                as_account([program, "-c", str(folder / "mosquitto.conf")], account),
                stderr=out,
                stdout=out,
            )
            try:
                wait_for_port(port, process)
                yield Installed(port, inner, folder, log)
            finally:
                process.terminate()
                process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    pause = Event()
    for _ in range(200):
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pause.wait(0.05)
        else:
            return
    pytest.fail("the broker did not listen")


def tls_context(
    broker: Installed, name: str, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(broker.folder / "ca.pem"))
    context.load_cert_chain(
        broker.folder / f"{name}.pem", broker.folder / f"{name}.key"
    )
    context.minimum_version = context.maximum_version = version
    return context


class Peer:
    """A real client; `heard` is what came, `answers` how connecting ended."""

    def __init__(
        self,
        broker: Installed,
        name: str,
        *,
        client_id: str = "",
        inner: bool = False,
    ) -> None:
        self.heard: queue.Queue[MQTTMessage] = queue.Queue()
        self.answers: queue.Queue[str] = queue.Queue()
        self.subscribed = Event()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=client_id or name)
        self.client.tls_set_context(tls_context(broker, name))
        self.client.on_connect = self._connected
        self.client.on_message = lambda _c, _u, message: self.heard.put(message)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect("localhost", broker.inner if inner else broker.port)
        self.client.loop_start()

    def _connected(
        self, _c: object, _u: object, _f: object, code: ReasonCode, _p: object
    ) -> None:
        self.answers.put(str(code))

    def listen(self, topic: str) -> None:
        self.subscribed.clear()
        self.client.subscribe(topic, qos=1)
        assert self.subscribed.wait(PATIENCE_S)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def peers(installed: Installed) -> Iterator[dict[str, Peer]]:
    made = {name: Peer(installed, name) for name in (MINE, OTHER)}
    made["collector"] = Peer(installed, "collector", inner=True)
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
    liar = Peer(installed, MINE, client_id="collector")
    liar.answers.get(timeout=PATIENCE_S)
    liar.listen("wp/1/+/al")
    peers[OTHER].say(f"wp/1/{OTHER}/al", b"secret")
    with pytest.raises(queue.Empty):
        liar.heard.get(timeout=NOTHING_CAME_S)
    liar.close()


def test_a_collector_has_several_connections_at_once(
    installed: Installed, peers: dict[str, Peer]
) -> None:
    second = Peer(installed, "collector", client_id="collector-plain", inner=True)
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


def shake_hands(
    broker: Installed,
    name: str,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    *,
    inner: bool = False,
) -> bytes:
    """Return what the broker sends after the handshake; raise where it refuses."""
    port = broker.inner if inner else broker.port
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain,
        tls_context(broker, name, version).wrap_socket(
            plain, server_hostname="localhost"
        ) as wrapped,
    ):
        wrapped.send(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        return wrapped.recv(4)


def test_our_own_certificate_is_welcome_at_once(installed: Installed) -> None:
    assert shake_hands(installed, MINE) == b"\x20\x02\x00\x00"
    assert shake_hands(installed, "collector", inner=True) == b"\x20\x02\x00\x00"


def test_a_device_cannot_come_in_by_the_collectors_door(installed: Installed) -> None:
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        shake_hands(installed, MINE, inner=True)


def test_a_certificate_of_another_authority_is_refused(installed: Installed) -> None:
    make_certificate(installed.folder, "cccccccccccccccc-1", "stranger")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        shake_hands(installed, "cccccccccccccccc-1")


def test_tls_below_1_3_is_refused(installed: Installed) -> None:
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        shake_hands(installed, MINE, ssl.TLSVersion.TLSv1_2)


def test_the_log_holds_no_address(installed: Installed, peers: dict[str, Peer]) -> None:
    assert peers
    assert "127.0.0.1" not in installed.log.read_text()
