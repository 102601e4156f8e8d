"""An alarm receiving centre on this machine: pysiaalarm, which others wrote."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pysiaalarm.account import SIAAccount
from pysiaalarm.aio.server import SIAServerTCP
from pysiaalarm.event import SIAEvent
from pysiaalarm.utils.counter import Counter

KEY = "K" * 32  # pysiaalarm takes its keys as characters
HOUSE = "1A2B"
KIT = "C0FFEE"


@dataclass
class Centre:
    """What it heard, in order; `heard` rings at each."""

    port: int = 0
    events: list[SIAEvent] = field(default_factory=list)
    rang: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, event: SIAEvent) -> None:
        self.events.append(event)
        self.rang.set()

    @property
    def codes(self) -> list[tuple[str | None, str | None]]:
        """Account and code of each event, without the questions."""
        return [(one.account, one.code) for one in self.events if one.code != "RP"]


def accounts(
    *ids: str, key: str | None = None, band: tuple[int, int] | None = (40, 20)
) -> list[SIAAccount]:
    return [SIAAccount(one, key, allowed_timeband=band) for one in ids]


@asynccontextmanager
async def open_centre(
    held: list[SIAAccount], tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Centre]:
    """Run one until the block ends; also those that still speak to it are cut."""
    centre = Centre()
    known = {one.account_id: one for one in held}
    theirs = SIAServerTCP(known, centre.take, Counter())
    server = await asyncio.start_server(theirs.handle_line, "127.0.0.1", port, ssl=tls)
    centre.port = server.sockets[0].getsockname()[1]
    try:
        yield centre
    finally:
        theirs.shutdown_flag = True
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def open_other(
    answer: Callable[[bytes], bytes | None],
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Run a receiver that answers what a test wants; None: it is silent."""
    heard: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while raw := await reader.read(1000):
            heard.append(raw)
            said = answer(raw)
            if said is not None:
                writer.write(said)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


def certificate(folder: Path) -> Path:
    """Make a self-signed certificate for loopback, `cert.pem` with `key.pem`."""
    subprocess.run(
        [  # wherever the machine keeps openssl
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def moment(event: SIAEvent) -> datetime:
    assert isinstance(event.timestamp, datetime)
    return event.timestamp
