"""E-mail over SMTP: a letter is sent when the server has accepted it."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPException

from collector.notify.channel import Letter
from collector.notify.errors import NotAcceptedError

QUIT_S = 2.0
_PERMANENT = 500  # SMTP replies from here on will not change by asking again


@dataclass(frozen=True)
class EmailSettings:
    """Where and as whom to send. `security`: TLS from the start, STARTTLS, or none.

    With `tls` and `starttls` the server's certificate is checked, against `ca_file`
    where there is one; a server that offers no STARTTLS gets no letter. `timeout_s`
    is for one letter as a whole, in seconds.
    """

    host: str
    port: int
    sender: str
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_s: float = 20.0

    @property
    def domain(self) -> str:
        """The part behind the @ of the sender: names us to the server."""
        return self.sender.rpartition("@")[2]


class Email:
    """The channel `email`."""

    name = "email"

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.ca_file)

    async def send(self, letter: Letter) -> None:
        """Hand a letter to the server; a connection of its own for each.

        Raises:
            NotAcceptedError: 5xx about this letter is for good, anything else is not.
        """
        client = self._client()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await self._enter(client)
                await _deliver(client, self._settings.sender, self._message(letter))
            # Accepted. How the server says good-bye changes nothing about that.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=QUIT_S)
        except TimeoutError as error:
            raise NotAcceptedError(self.name, "timeout", retry=True) from error
        except (SMTPException, OSError, ValueError) as error:
            raise _not_accepted(error) from error
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.domain,  # else our machine's own name goes out
            timeout=None,  # one for the letter as a whole: see send
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=None if settings.security == "none" else self._tls,
        )

    async def _enter(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
            if self._settings.username is not None:
                await client.login(
                    self._settings.username, self._settings.password or ""
                )
        except (aiosmtplib.SMTPResponseException, ssl.SSLError) as error:
            # It refuses us, not the letter: an operator can mend that.
            trouble = f"entry refused {getattr(error, 'code', 'tls')}"
            raise NotAcceptedError(self.name, trouble, retry=True) from error

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<wachtpost-{letter.message}@{self._settings.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if letter.urgent:
            message["Importance"] = "high"
        message.set_content(letter.text)
        return message


async def _deliver(client: aiosmtplib.SMTP, sender: str, message: EmailMessage) -> None:
    try:
        await client.send_message(message, sender=sender)
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise error.recipients[0] from error


def _not_accepted(error: Exception) -> NotAcceptedError:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        permanent = error.code >= _PERMANENT
        return NotAcceptedError(
            Email.name, f"refused {error.code}", retry=not permanent
        )
    if isinstance(error, ValueError):
        return NotAcceptedError(Email.name, "address unusable", retry=False)
    if isinstance(error, aiosmtplib.SMTPConnectError):
        return NotAcceptedError(Email.name, "server away", retry=True)
    if isinstance(error, ConnectionError):
        return NotAcceptedError(Email.name, "connection lost", retry=True)
    return NotAcceptedError(Email.name, "protocol", retry=True)
