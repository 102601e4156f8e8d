"""The one MQTT door of the edge.

A connection is a paho client of its own with a last will of its own; paho neither
reconnects nor keeps anything for us: what matters stands in the outbox. Its thread
speaks to the loop in one place, `Link._post`.
"""

import asyncio
import secrets
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge.errors import LinkError
from edge.papers import Papers
from sites.answer import ANSWER_BYTES
from sites.tls import tls_context
from sites.topic import Channel
from sites.topic import Path as Way

log = structlog.get_logger()

KEEPALIVE_S = 10
CONNECT_S = 10.0
GOODBYE_S = 1.0
LONGEST_WAIT_S = 30.0
STABLE_S = 30.0
# Whoever sets this machine's clock, or a battery that is flat, would else cut it off on
# every path at once, and nothing would be left to tell it the time. Who may speak for
# the broker, our root alone says; an old key of one can read and forge no frame.
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL
_MOST_QUEUED = 64
_MOST_WAITING = 256


@dataclass(frozen=True)
class Broker:
    """Where the broker is. `tls` holds ca.pem, cert.pem and key.pem; None: plain."""

    host: str
    port: int
    tls: Path | None = None


class Link:
    """One connection, from connecting to its loss; use it with `async with`."""

    def __init__(
        self,
        broker: Broker,
        way: Way,
        ring: Callable[[], None],
        paper: Path | None = None,
    ) -> None:
        """Prepare a connection; `ring` is called in the loop when something comes.

        `paper` holds the certificate and its key, None: as they were brought.
        """
        self._broker = broker
        self._paper = paper
        self._way = way
        self._ring = ring
        self._came: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._lost: str | None = None
        self._ready: asyncio.Future[None] | None = None
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Connect; raises LinkError."""
        self._loop = asyncio.get_running_loop()
        self._ready = self._loop.create_future()
        try:
            self._client = self._make_client()
            self._client.connect_async(
                self._broker.host, self._broker.port, keepalive=KEEPALIVE_S
            )
        except (OSError, ValueError) as error:
            raise LinkError(type(error).__name__) from None
        self._client.loop_start()
        async with AsyncExitStack() as refused:
            refused.push_async_callback(self._leave)
            try:
                async with asyncio.timeout(CONNECT_S + GOODBYE_S):
                    await self._ready
            except TimeoutError:
                raise LinkError("no answer in time") from None
            refused.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._leave()

    def publish(self, channel: Channel, payload: bytes) -> None:
        """Hand something to the broker; raises LinkError where it takes no more.

        Then it has left too much unacknowledged, and a new connection is better.
        """
        topic = self._way.topic(channel)
        info = self._client.publish(topic, payload, qos=1, retain=False)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise LinkError(paho.error_string(info.rc))

    def take(self) -> list[bytes]:
        """Give what has come down; raises LinkError once the connection is lost."""
        came = list(self._came)
        self._came.clear()
        if self._lost is not None and not came:
            raise LinkError(self._lost)
        return came

    def end(self, why: str) -> None:
        """Have whoever uses it find it lost, once all that came is taken."""
        self._lost = self._lost or why
        self._ring()

    async def _leave(self) -> None:
        """Say goodbye, so that the last will stays unspoken; do not wait for long."""
        self._client.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._over.wait()

    def _make_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._way.text,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        client.username_pw_set(self._way.text)
        client.will_set(self._way.topic("gone"), secrets.token_bytes(8).hex(), qos=1)
        client.max_inflight_messages_set(_MOST_QUEUED)
        client.max_queued_messages_set(_MOST_QUEUED)
        client.connect_timeout = CONNECT_S
        if self._broker.tls is not None:
            context = tls_context(self._broker.tls, self._paper)
            context.verify_flags |= _NO_CHECK_TIME
            client.tls_set_context(context)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, *args: Any) -> None:
        reason: ReasonCode = args[3]
        if reason.is_failure:
            self._post(self._end, str(reason))
        else:
            self._client.subscribe(self._way.topic("down"), qos=1)

    def _on_connect_fail(self, *_: Any) -> None:
        self._post(self._end, "cannot be reached")

    def _on_subscribe(self, *args: Any) -> None:
        reasons: list[ReasonCode] = args[3]
        if any(reason.is_failure for reason in reasons):
            self._post(self._end, "may not hear its receipts")
        else:
            self._post(self._begin, "")

    def _on_disconnect(self, *args: Any) -> None:
        reason: ReasonCode = args[3]
        self._post(self._end, str(reason))

    def _on_message(self, *args: Any) -> None:
        message: paho.MQTTMessage = args[2]
        if len(message.payload) <= ANSWER_BYTES:
            self._post(self._come, bytes(message.payload))

    def _post(self, act: Callable[[Any], None], what: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody wants to know
            self._loop.call_soon_threadsafe(act, what)

    def _begin(self, _: str) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _end(self, why: str) -> None:
        self._over.set()
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(LinkError(why))
        self.end(why)

    def _come(self, payload: bytes) -> None:
        self._came.append(payload)
        self._ring()


class Uplink:
    """Connects, again and again, and has `serve` use each connection until it ends."""

    def __init__(
        self,
        broker: Broker,
        way: Way,
        serve: Callable[[Link], Awaitable[None]],
        ring: Callable[[], None],
        random: Random,
    ) -> None:
        self._broker = broker
        self._way = way
        self._serve = serve
        self._ring = ring
        self._random = random
        self._papers = broker.tls and Papers(broker.tls, way.text)
        self._missed = 0  # attempts since one came about
        self._link: Link | None = None
        self.connections = 0

    @property
    def connected(self) -> bool:
        """Whether it is in use."""
        return self._link is not None

    def renew(self) -> None:
        """Connect anew: there is a certificate that was not tried yet."""
        if self._link is not None:
            self._link.end("a new certificate is there")

    async def run(self) -> None:
        """Keep a connection up for ever."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            begun = loop.time()
            try:
                await self._once()
            except LinkError as error:
                log.info("uplink.lost", way=self._way.way, reason=error.reason)
            if loop.time() - begun > STABLE_S:
                failures = 0
            await asyncio.sleep(pause(failures, self._random))
            failures += 1

    async def _once(self) -> None:
        paper = self._papers.choose(self._missed) if self._papers else None
        self._missed += 1
        async with Link(self._broker, self._way, self._ring, paper) as link:
            self._missed, self._link = 0, link
            self.connections += 1
            if self._papers:
                self._papers.worked(paper)
            log.info(
                "uplink.connected", way=self._way.way, connections=self.connections
            )
            try:
                await self._serve(link)
            finally:
                self._link = None


def pause(failures: int, random: Random) -> float:
    """Give the seconds to wait after so many failures: to 30, never all at once."""
    return min(0.5 * 2.0 ** min(failures, 16), LONGEST_WAIT_S) * random.uniform(0.5, 1)
