"""SMS by an HTTP gateway: a message is sent when the gateway has accepted it.

Not by Apprise: it says whether a message went, and hides why not. What is to be tried
again (429, 5xx) and what never (400) are one `False` to it, so an SMS to a number that
does not exist would be tried for a day, or one to a busy gateway be lost.
"""

from dataclasses import dataclass, field
from pathlib import Path
from ssl import create_default_context

import aiohttp

from collector.notify.channel import Letter
from collector.notify.errors import NotAcceptedError

_FIRST, _LAST = 200, 202  # a 204 of a page that is no gateway accepts nothing
_CLIENT, _SERVER = 400, 500
# Busy, or it refuses us and not the message, which an operator can mend.
_LATER = frozenset({401, 402, 403, 404, 407, 408, 409, 425, 429})


@dataclass(frozen=True)
class SmsSettings:
    """Where the gateway is, and what lets us in. `timeout_s` is for one message."""

    url: str
    token: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_s: float = 20.0


class Sms:
    """The channel `sms`."""

    name = "sms"

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._tls = create_default_context(cafile=settings.ca_file)

    async def send(self, letter: Letter) -> None:
        """Hand a message to the gateway, with a key by which it knows what came twice.

        Raises:
            NotAcceptedError: a 4xx about this message is for good, all else is not.
        """
        settings = self._settings
        reference = f"wachtpost-{letter.message}"
        headers = {"Idempotency-Key": reference}
        if settings.token is not None:
            headers["Authorization"] = f"Bearer {settings.token}"
        said = {"to": letter.to, "text": letter.short, "reference": reference}
        limit = aiohttp.ClientTimeout(total=settings.timeout_s)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(
                    settings.url,
                    json=said,
                    headers=headers,
                    ssl=self._tls,
                    allow_redirects=False,  # else the token goes where it says
                ) as answer,
            ):
                status = answer.status
        except TimeoutError as error:
            raise NotAcceptedError(self.name, "timeout", retry=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise NotAcceptedError(self.name, "gateway away", retry=True) from error
        judge(self.name, status)


def judge(channel: str, status: int) -> None:
    """Return where an HTTP status accepts a message.

    Raises:
        NotAcceptedError: it does not; to be retried unless it is about the message.
    """
    if _FIRST <= status <= _LAST:
        return
    lasting = _CLIENT <= status < _SERVER and status not in _LATER
    raise NotAcceptedError(channel, f"refused {status}", retry=not lasting)
