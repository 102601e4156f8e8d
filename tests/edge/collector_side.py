"""The other side of the broker, as small as can be: opens frames, answers receipts.

It stands for the collector, which is another program on another machine.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition
from types import TracebackType
from typing import Self

import paho.mqtt.client as paho
from nacl.public import PrivateKey
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion

from sites.answer import Receipt, seal_answer
from sites.blob import Part, unseal_part, verify_part
from sites.frame import Frame, digest, unseal, verify
from sites.record import Record
from sites.topic import Path, parse_topic

DEVICE_KEY = SigningKey(bytes(range(32)))
COLLECTOR_SEAL = PrivateKey(bytes(range(1, 33)))
COLLECTOR_SIGN = SigningKey(bytes(range(2, 34)))


@dataclass
class CollectorSide:
    """Hears one path on a broker; everything that came is kept in order.

    `answers` decides the receipt of a frame or part, given its digest; None: silence.
    """

    port: int
    path: Path
    answers: Callable[[str], Receipt | None] | None = None
    came: list[tuple[str, bytes]] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changed = Condition()
        self._subscribed = False

    def __enter__(self) -> Self:
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda *_: self._subscribe()
        self._client.on_subscribe = lambda *_: self._note_subscribed()
        self._client.on_message = lambda _c, _u, message: self._hear(message)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        self.until(lambda: self._subscribed)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def records(self) -> list[Record]:
        """Every record of every frame, in the order of arrival."""
        return [record for frame in self.frames for record in frame.records]

    @property
    def device(self) -> str:
        return self.path.device

    def until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something holds; fails after so many seconds."""
        with self._changed:
            assert self._changed.wait_for(holds, seconds), "it did not come to hold"

    def gone_reached(self, count: int) -> bool:
        """Tell whether so many last wills have come."""
        return len(self.gone) >= count

    def answer(self, receipt: Receipt, key: SigningKey = COLLECTOR_SIGN) -> None:
        """Send a receipt down."""
        sealed = seal_answer(receipt, key, DEVICE_KEY.verify_key)
        self.send_down(sealed)

    def send_down(self, payload: bytes) -> None:
        """Send anything down."""
        self._client.publish(self.path.topic("down"), payload, qos=1)

    def stored(self, name: str) -> Receipt:
        """Give the receipt that the collector gives when all went well."""
        return Receipt(
            device=self.device, frame=name, outcome="stored", at=datetime.now(UTC)
        )

    def _subscribe(self) -> None:
        self._client.subscribe(f"wp/1/{self.path.text}/#", qos=1)

    def _note_subscribed(self) -> None:
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _hear(self, message: paho.MQTTMessage) -> None:
        _, channel = parse_topic(message.topic)
        if channel == "down":
            return
        assert not message.retain
        assert message.qos == 1
        with self._changed:
            if channel == "gone":
                self.gone.append(bytes(message.payload))
            else:
                self._open(channel, bytes(message.payload))
            self._changed.notify_all()

    def _open(self, channel: str, payload: bytes) -> None:
        self.came.append((channel, payload))
        if channel == "bl":
            opened = unseal_part(payload, COLLECTOR_SEAL)
            self.parts.append(verify_part(opened, DEVICE_KEY.verify_key))
        else:
            frame = verify(unseal(payload, COLLECTOR_SEAL), DEVICE_KEY.verify_key)
            assert not frame.unknown
            self.frames.append(frame)
        receipt = self.answers(digest(payload)) if self.answers else None
        if receipt is not None:
            self.answer(receipt)
