"""Where frames come from: an MQTT broker, read in batches.

paho-mqtt is driven by the asyncio loop itself, without a thread and without aiomqtt.
Measured with 50,000 messages of 200 bytes, QoS 1, one local Mosquitto, two cores, the
better of two runs: on the loop 32,000 messages/s and 28 us of CPU each; under aiomqtt
2.5 19,200/s and 48 us; paho's own thread handing over to the loop 18,500/s and 59 us.

A subscription is a connection of its own, so that alarms never wait behind a backlog in
the broker's queue. Sessions are clean: what the broker forgets, the edge sends again.
"""

import asyncio
import random
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from collector.fleet.expiry import end_of_peer
from collector.intake.probe import Probe, Stretch
from sites.topic import probe_topic

log = structlog.get_logger()

KEEPALIVE_S = 20
CONNECT_S = 10.0
RECONNECT_MIN_S = 0.2
RECONNECT_MAX_S = 30.0
MISC_S = 1.0  # and so often we probe
MAX_WAITING = 20_000
MAX_WAITING_BYTES = 64 * 2**20
MAX_BATCH = 500
MAX_BATCH_BYTES = 2**19  # some thousand records: more would not store faster

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Message:
    """What came on a topic, and when (aware, UTC)."""

    topic: str
    payload: bytes
    received: datetime


@dataclass(frozen=True)
class Broker:
    """Where the broker is; `tls` None only where broker and collector share a host."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Subscription:
    """One connection's client id and what it listens to, beside its own probes."""

    client_id: str
    topics: tuple[str, ...]


class Source(Protocol):
    """Gives frames in batches and takes answers; MQTT is one kind."""

    @property
    def listening_since(self) -> datetime | None:
        """Since when everything that is sent is heard; None while it is not."""
        ...

    @property
    def depth(self) -> int:
        """How many messages wait to be polled."""
        ...

    async def poll(self) -> Sequence[Message]:
        """Wait for messages; give at least one, in the order they came."""
        ...

    def answer(self, topic: str, payload: bytes) -> bool:
        """Send something down; False where that is not possible at present."""
        ...


class MqttSource:
    """One subscription of one broker. `keep()` must run as a task meanwhile.

    What comes while MAX_WAITING messages (or MAX_WAITING_BYTES) wait is dropped and
    told to `on_drop`: it is not confirmed, so the edge sends it again. `on_come` gets
    the topic of everything that comes, dropped or not.
    """

    def __init__(
        self,
        broker: Broker,
        subscription: Subscription,
        clock: Clock,
        on_drop: Callable[[], object],
        on_come: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._on_drop, self._on_come = on_drop, on_come
        self._broker = broker
        self._subscription = subscription
        self._clock = clock
        self._waiting: deque[Message] = deque()
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()
        self._ended = asyncio.Event()
        self._listening_since: datetime | None = None
        self.broker_until: datetime | None = None  # the certificate that it showed
        self._client: mqtt.Client | None = None
        self._probe = Probe()
        self._probed = probe_topic(subscription.client_id)

    @property
    def proven(self) -> Stretch | None:
        """From when until when we heard everything; None where nothing proves it."""
        return self._probe.heard(self._listening_since)

    @property
    def listening_since(self) -> datetime | None:
        """Since when the broker sends us everything; None while it does not."""
        return self._listening_since

    @property
    def depth(self) -> int:
        """How many messages wait to be polled."""
        return len(self._waiting)

    async def poll(self) -> Sequence[Message]:
        """Wait until something is there, then give all of it, or a full batch.

        That is MAX_BATCH messages, or the one with which MAX_BATCH_BYTES are reached.
        """
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        batch: list[Message] = []
        size = 0
        while self._waiting and len(batch) < MAX_BATCH and size < MAX_BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].payload)
        self._waiting_bytes -= size
        return batch

    def answer(self, topic: str, payload: bytes) -> bool:
        """Publish with QoS 0: an answer that is lost is asked for again."""
        if self._client is None or self._listening_since is None:
            return False
        return self._client.publish(topic, payload).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    async def keep(self) -> None:
        """Stay connected, for ever."""
        wait = RECONNECT_MIN_S
        while True:
            heard = await self._connected_once()
            wait = RECONNECT_MIN_S if heard else min(wait * 2, RECONNECT_MAX_S)
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311  # jitter

    async def _connected_once(self) -> bool:
        """Connect and stay until the end; tells whether we ever listened."""
        client = self._new_client()
        broker = self._broker
        self._ended.clear()
        try:
            # Name look-up and handshake block, so they happen beside the loop.
            await asyncio.to_thread(
                client.connect, broker.host, broker.port, KEEPALIVE_S
            )
        except OSError as error:
            log.warning("broker.not_reached", reason=type(error).__name__)
            return False
        self._client, self.broker_until = client, end_of_peer(client.socket())
        try:
            _drive(client, asyncio.get_running_loop())
            return await self._stay(client)
        finally:
            self._listening_since, self._client = None, None
            self._probe.lost()
            client.disconnect()

    async def _stay(self, client: mqtt.Client) -> bool:
        heard = False
        deadline = asyncio.get_running_loop().time() + CONNECT_S
        while not self._ended.is_set():
            if client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                break
            heard = heard or self._listening_since is not None
            self._ask(client)
            if not heard and asyncio.get_running_loop().time() > deadline:
                break
            try:
                async with asyncio.timeout(MISC_S):
                    await self._ended.wait()
            except TimeoutError:
                continue
        log.warning("broker.lost", client=self._subscription.client_id)
        return heard

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._subscription.client_id,
            clean_session=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        if self._broker.tls is not None:
            client.tls_set_context(self._broker.tls)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: mqtt.Client, _user: Any, _flags: Any, code: ReasonCode, _: Any
    ) -> None:
        if code.is_failure:
            log.warning("broker.refused", reason=str(code))
            self._ended.set()
            return
        topics = *self._subscription.topics, self._probed
        client.subscribe([(topic, 1) for topic in topics])

    def _ask(self, client: mqtt.Client) -> None:
        if self._listening_since is not None:
            client.publish(self._probed, self._probe.ask(self._clock()), qos=1)

    def _on_subscribe(self, *args: Any) -> None:
        client: mqtt.Client = args[0]
        codes: list[ReasonCode] = args[3]
        if any(code.is_failure for code in codes):
            log.error("broker.refused", reason="subscription")
            self._ended.set()
            return
        self._listening_since = self._clock()
        self._ask(client)
        log.info("broker.subscribed", client=self._subscription.client_id)

    def _on_disconnect(self, *_: Any) -> None:
        self._listening_since = None
        self._ended.set()

    def _on_message(self, _client: Any, _user: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic == self._probed:
            self._probe.came_back(bytes(message.payload), self._clock())
            return
        self._on_come(message.topic)
        size, full = len(message.payload), len(self._waiting) >= MAX_WAITING
        if full or self._waiting_bytes + size > MAX_WAITING_BYTES:
            self._on_drop()
            self._listening_since = self._clock()  # we did not hear everything
            return
        came = Message(message.topic, bytes(message.payload), self._clock())
        self._waiting.append(came)
        self._waiting_bytes += size
        self._arrived.set()


def _drive(client: mqtt.Client, loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop read and write the connected client's socket, from now on."""
    opened = client.socket()
    if opened is None:
        return

    def read() -> None:
        client.loop_read()
        # TLS may hold whole packets that the loop cannot see on the socket.
        sock = client.socket()
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            loop.call_soon(read)

    def write(*_: Any) -> None:
        loop.add_writer(opened, client.loop_write)

    def written(*_: Any) -> None:
        loop.remove_writer(opened)

    def closed(*_: Any) -> None:
        loop.remove_reader(opened)

    client.on_socket_close = closed
    client.on_socket_register_write = write
    client.on_socket_unregister_write = written
    loop.add_reader(opened, read)
    if client.want_write():
        write()
