"""The very broker configuration that is installed, run by a real Mosquitto.

Its keys and certificates are made by our own authority.
"""

import os
import queue
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from nacl.pwhash import argon2id
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from collector.fleet import authority, locked, papers
from collector.fleet.authority import Authority
from sites import certificate
from sites.certificate import new_key
from tests.servers.mosquitto import find_mosquitto
from tests.servers.need import needed
from tests.servers.process import as_account, free_port, private_folder, unprivileged

CONFIGURATION = Path(__file__).parents[2] / "firmware-configs" / "mosquitto"
MINE = "aaaaaaaaaaaaaaaa-1"
OTHER = "bbbbbbbbbbbbbbbb-1"
PATIENCE_S = 10.0
NOTHING_CAME_S = 0.5
PASSPHRASE = b"of an issuing authority"


@dataclass
class Installed:
    """A broker as it is installed; `papers` gives clients their TLS folders."""

    port: int
    inner: int
    folder: Path
    root: Authority
    issuing: Authority
    collectors: Authority
    process: subprocess.Popen[bytes] | None = None
    serials: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def device(self, path: str, now: datetime | None = None) -> Path:
        """Give the TLS folder of a path, certified at `now`."""
        key = new_key()
        made = authority.issue(
            self.issuing, path, key.public_key(), now or datetime.now(UTC)
        )
        self.serials[path] = f"{made.leaf.serial_number:x}"
        return self.papers(path, made.pem, certificate.key_pem(key))

    def collector(self, name: str = "collector") -> Path:
        key, now = new_key(), datetime.now(UTC)
        made = authority.issue_collector(self.collectors, name, key.public_key(), now)
        pem = made.public_bytes(Encoding.PEM)
        return self.papers(name, pem, certificate.key_pem(key))

    def papers(self, name: str, pem: bytes, key: bytes) -> Path:
        folder = self.folder / "clients" / name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / "ca.pem", folder)
        (folder / "cert.pem").write_bytes(pem)
        (folder / "key.pem").write_bytes(key)
        return folder

    def revoke(self, *paths: str) -> None:
        """Put these on the broker's list, and have it read that."""
        now = datetime.now(UTC)
        gone = [(self.serials[path], now) for path in paths]
        papers.put(
            self.folder / "revoked.pem",
            authority.revocation_list(self.issuing, gone, now),
        )
        self.reload()

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)


@contextmanager
def cheap_passphrases() -> Iterator[None]:
    """Lock keys in no time; their files say so, so that they are read in none too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locked, "ROUNDS", argon2id.OPSLIMIT_MIN)
        patch.setattr(locked, "MEMORY", argon2id.MEMLIMIT_MIN)
        yield


@contextmanager
def installed_broker(without: Sequence[str] = ()) -> Iterator[Installed]:
    """Run it on free ports, with an authority of its own.

    `without` are lines that are left out, to see what they are good for.
    """
    with needed():
        find_mosquitto()
    account, now = unprivileged("mosquitto"), datetime.now(UTC)
    with private_folder("firmware", account) as folder:
        with cheap_passphrases():
            root = papers.make_root_in(folder, PASSPHRASE, now)
            issuing = papers.make_issuing_in(folder, root, PASSPHRASE, now)
            collectors = papers.make_root_in(folder / "collectors", PASSPHRASE, now)
        shutil.copy(folder / "collectors" / "ca.pem", folder / "collectors-ca.pem")
        key = new_key()
        made = authority.issue_broker(
            root, ["localhost", "127.0.0.1"], key.public_key(), now
        )
        papers.put_pair((folder / "broker.pem", folder / "broker.key"), made, key)
        broker = Installed(free_port(), free_port(), folder, root, issuing, collectors)
        _configure(broker, without)
        if account is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, account.uid, account.gid)
        with broker.log.open("wb") as out:
            command = [find_mosquitto(), "-c", str(folder / "mosquitto.conf")]
            broker.process = subprocess.Popen(
                as_account(command, account), stderr=out, stdout=out
            )
            try:
                wait_for_port(broker.port, broker.process)
                yield broker
            finally:
                broker.process.terminate()
                broker.process.wait()


def _configure(broker: Installed, without: Sequence[str]) -> None:
    for name in ("wachtpost.acl", "wachtpost-collectors.acl"):
        shutil.copy(CONFIGURATION / name, broker.folder)
        (broker.folder / name).chmod(0o600)
    text = (CONFIGURATION / "wachtpost.conf").read_text()
    for line in without:
        assert line in text.splitlines()
        text = text.replace(f"{line}\n", "")
    text = text.replace("listener 8883", f"listener {broker.port} 127.0.0.1")
    text = text.replace("listener 8884", f"listener {broker.inner} 127.0.0.1")
    text = text.replace("/etc/wachtpost/broker", str(broker.folder))
    text = text.replace("/etc/mosquitto/", f"{broker.folder}/")
    (broker.folder / "mosquitto.conf").write_text(text)


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
    folder: Path, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """Give what a client with this folder would use, at one version of TLS."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.minimum_version = context.maximum_version = version
    return context


class Peer:
    """A real client; `heard` is what came, `answers` how connecting ended."""

    def __init__(
        self,
        broker: Installed,
        folder: Path,
        *,
        client_id: str = "",
        inner: bool = False,
    ) -> None:
        self.heard: queue.Queue[MQTTMessage] = queue.Queue()
        self.answers: queue.Queue[str] = queue.Queue()
        self.subscribed = Event()
        self.lost = Event()
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or folder.name,
            reconnect_on_failure=False,
        )
        self.client.tls_set_context(tls_context(folder))
        self.client.on_connect = self._connected
        self.client.on_message = lambda _c, _u, message: self.heard.put(message)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_disconnect = lambda *_: self.lost.set()
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


def shake_hands(
    broker: Installed,
    folder: Path,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    *,
    inner: bool = False,
) -> bytes:
    """Return what the broker sends after the handshake; raise where it refuses."""
    port = broker.inner if inner else broker.port
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain,
        tls_context(folder, version).wrap_socket(
            plain, server_hostname="localhost"
        ) as wrapped,
    ):
        wrapped.send(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        return wrapped.recv(4)
