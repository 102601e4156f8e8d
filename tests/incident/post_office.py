"""A real SMTP server (aiosmtpd) in the test's own loop, that can misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


@dataclass
class PostOffice:
    """What the server answers, and what it accepted.

    `recipient` and `data` are its replies; `hold` makes it wait before it takes the
    data; `dies` makes it hang up in the middle of them.
    """

    recipient: str = OK
    data: str = OK
    hold: asyncio.Event | None = None
    dies: bool = False
    port: int = 0
    accepted: list[EmailMessage] = field(default_factory=list)
    hellos: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    attempts: int = 0

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's own name
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.hellos.append(hostname)
        return responses

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's own name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        self.attempts += 1
        if self.recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(  # noqa: N802  # aiosmtpd's own name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.hold is not None:
            await self.hold.wait()
        if self.data == OK and isinstance(envelope.content, bytes):
            self.accepted.append(
                message_from_bytes(envelope.content, policy=policy.default)
            )
            assert session.host_name
            assert server.transport is not None
            self.encrypted.append(server.transport.get_extra_info("cipher") is not None)
        return self.data

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was accepted, in order."""
        return [str(message["Message-ID"]) for message in self.accepted]


class _Mortal(SMTP):
    """Hangs up in the middle of the data, where the office says so."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # aiosmtpd's own name
        office = self.event_handler
        if not office.dies:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go on")
        await self._reader.readline()
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()


def only_us(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    """Let one user in."""
    known = LoginPassword(b"wachtpost", b"secret")
    return AuthResult(success=data == known, handled=False)


@asynccontextmanager
async def open_office(
    tls: ssl.SSLContext | None = None,
    *,
    from_the_start: bool = False,
    asks_who: bool = False,
) -> AsyncIterator[PostOffice]:
    """Run a server on loopback; `tls` offers STARTTLS, or TLS from the start."""
    office = PostOffice()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return _Mortal(
            office,
            hostname="localhost",
            ident="test",
            tls_context=None if from_the_start else tls,
            require_starttls=tls is not None and not from_the_start,
            authenticator=only_us if asks_who else None,
            auth_required=asks_who,
            auth_require_tls=asks_who,
            loop=loop,
        )

    server = await loop.create_server(
        session, "127.0.0.1", 0, ssl=tls if from_the_start else None
    )
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        if office.hold is not None:
            office.hold.set()
        server.close()
