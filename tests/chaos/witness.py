"""Somebody on the broker who notes each frame, and sends it again when told.

What the network may do to a frame and TCP hides, he does: twice, late, out of order.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

MOST_KEPT = 3_000
TOPICS = ("wp/1/+/al", "wp/1/+/up")


class Witness:
    """Keeps frames in the order in which they came first."""

    def __init__(self, client: mqtt.Client) -> None:
        self._client = client
        self._kept: dict[bytes, str] = {}
        self._lock = Lock()
        client.on_connect = lambda *_: self._subscribe()
        client.on_message = lambda _c, _u, message: self._note(message)

    @property
    def kept(self) -> int:
        """How many frames it could send again."""
        with self._lock:
            return len(self._kept)

    def replay(self, chance: random.Random, most: int = 200) -> int:
        """Send frames again, each up to three times, in any order; gives how many."""
        with self._lock:
            kept = list(self._kept.items())
        again = chance.sample(kept, min(most, len(kept)))
        again += chance.choices(again, k=len(again)) if again else []
        for payload, topic in again:
            self._client.publish(topic, payload, qos=1)
        return len(again)

    def _subscribe(self) -> None:
        self._client.subscribe([(topic, 1) for topic in TOPICS])

    def _note(self, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self._kept.setdefault(bytes(message.payload), message.topic)
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]


@contextmanager
def witness(port: int) -> Iterator[Witness]:
    """Give a witness at the broker on this port; it comes back when that does."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.reconnect_delay_set(1, 1)
    made = Witness(client)
    client.connect_async("127.0.0.1", port)
    client.loop_start()
    try:
        yield made
    finally:
        client.disconnect()
        client.loop_stop()
