"""The line to an alarm receiving centre: says one message, and hears whether it counts.

SIA DC-09 over TCP, inside TLS 1.3. An answer is waited for; silence is none. What was
accepted bears the number of the message, its account, and our key where one is set.
"""

import asyncio
import secrets
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from collector.notify import dc09
from collector.notify.dc09 import Answer, Signal
from collector.notify.errors import GarbledError, NotAcceptedError

log = structlog.get_logger()

Address = tuple[str, int]

CHANNEL = "receiver"
CLOCK_OFF = timedelta(seconds=2)  # more than an answer's way; windows are -40/+20 s
CLOCK_MOST = timedelta(days=36_500)  # beyond that no clock is meant
_BARE = (b'"NAK"', b'"DUH"')  # of receivers that do not even know the account


@dataclass(frozen=True)
class ReceiverSettings:
    """Where the centre listens: its address, and that of its second place if any.

    `tls` None only on this machine. `key` encrypts the messages besides. `answer_s` is
    for one attempt as a whole, in seconds.
    """

    addresses: tuple[Address, ...]
    tls: ssl.SSLContext | None = None
    key: bytes | None = field(default=None, repr=False)
    answer_s: float = 4.0


class Receiver:
    """Speaks to it; a connection of its own for each message."""

    def __init__(
        self, settings: ReceiverSettings, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ahead = dict.fromkeys(settings.addresses, timedelta())

    @property
    def clock_off(self) -> timedelta:
        """How far the clock of a receiver is from ours, as it said last."""
        return max(self._ahead.values(), key=abs)

    async def say(self, signal: Signal, attempt: int = 1) -> None:
        """Return when the centre has accepted a message, and only then.

        Attempts go to its places in turn. One that refuses our time is told it in its
        own at once.

        Raises:
            NotAcceptedError: it has not; not to be retried where it says that it
                cannot understand this message.
        """
        addresses = self._settings.addresses
        address = addresses[(attempt - 1) % len(addresses)]
        try:
            async with asyncio.timeout(self._settings.answer_s):
                answer = await self._exchange(address, signal)
        except TimeoutError as error:
            raise NotAcceptedError(CHANNEL, "no answer", retry=True) from error
        except GarbledError as error:
            trouble = f"answer unreadable, {error.what}"
            raise NotAcceptedError(CHANNEL, trouble, retry=True) from error
        except ssl.SSLError as error:
            raise NotAcceptedError(CHANNEL, "not to be trusted", retry=True) from error
        except OSError as error:
            raise NotAcceptedError(CHANNEL, "not reachable", retry=True) from error
        if not dc09.accepted(signal, answer, self._settings.key):
            raise NotAcceptedError(
                CHANNEL, f"answered {answer.word}", retry=answer.word != "DUH"
            )

    async def _exchange(self, address: Address, signal: Signal) -> Answer:
        ahead = self._ahead[address]
        answer = await self._ask(address, signal, ahead)
        if answer.word != "NAK" or answer.at is None:
            return answer
        theirs = answer.at - self._clock()
        # Where it knows our time, it refuses something else.
        if abs(theirs - ahead) < CLOCK_OFF or abs(theirs) > CLOCK_MOST:
            return answer
        self._ahead[address] = theirs
        log.warning("receiver.clock_off", seconds=round(theirs.total_seconds()))
        return await self._ask(address, signal, theirs)

    async def _ask(self, address: Address, signal: Signal, ahead: timedelta) -> Answer:
        settings = self._settings
        noise = secrets.token_bytes(dc09.NOISE_BYTES)
        at = self._clock() + ahead
        reader, writer = await asyncio.open_connection(*address, ssl=settings.tls)
        try:
            writer.write(dc09.write(signal, at, settings.key, noise))
            return dc09.read(await _answer(reader), settings.key)
        finally:
            # What it said counts, however slow it is to say good-bye.
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    raw = b""
    while not raw.endswith(b"\r") and raw not in _BARE and len(raw) < dc09.ANSWER_MOST:
        more = await reader.read(dc09.ANSWER_MOST)
        if not more:
            break
        raw += more
    return raw
