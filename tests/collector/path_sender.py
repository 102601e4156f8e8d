"""One path of a device, as a test speaks on it."""

from datetime import UTC, datetime
from socket import SHUT_RDWR, socket
from typing import Self

import paho.mqtt.client as mqtt
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion

from sites.frame import Header, encode_record, seal
from sites.health import Heartbeat
from sites.keys import private_key
from sites.topic import Path as Way
from tests.servers.mosquitto import Broker

KEY = SigningKey(b"k" * 32)
RUN = "0" * 16


class Sender:
    """One path of a device: a connection of its own, with a last will of its own."""

    def __init__(
        self, broker: Broker, way: Way, seal_to: str, key: SigningKey = KEY
    ) -> None:
        self.way, self._seal_to, self._key = way, seal_to, key
        self._broker, self._seq = broker, way.way * 1_000_000

    def __enter__(self) -> Self:
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.way.text,
            reconnect_on_failure=False,
        )
        self.client.will_set(self.way.topic("gone"), b"0123456789abcdef", qos=1)
        self.client.connect(self._broker.host, self._broker.port)
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def beat(self) -> None:
        """Say that the device lives, on this path."""
        self._seq, now = self._seq + 1, datetime.now(UTC)
        beat = Heartbeat(
            seq=self._seq, at=now, uptime_s=1, backlog_al=0, backlog_up=0, disk_free=0.5
        )
        frame = seal(
            Header(self.way.device, RUN, "up", now),
            [encode_record(beat)],
            self._key,
            private_key(self._seal_to).public_key,
        )
        self.client.publish(self.way.topic("up"), frame, qos=1)

    def cut(self) -> None:
        """Break the connection off without a word, so that the broker speaks."""
        sock = self.client.socket()
        assert isinstance(sock, socket)
        sock.shutdown(SHUT_RDWR)
