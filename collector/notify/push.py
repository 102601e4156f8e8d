"""Web Push: to every browser in which somebody turned it on.

A message is sent when one of his browsers' push services has accepted it. A service
reads nothing of it: it is encrypted to the browser (RFC 8291), and signed with a key
that the browser knows (VAPID, RFC 8292). A browser that is gone is forgotten.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import structlog
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush_async

from collector.database import Database
from collector.notify.channel import Letter
from collector.notify.errors import NotAcceptedError
from collector.notify.sms import judge
from collector.query import Queries, Row
from sites.host import is_here

log = structlog.get_logger()

# Those of the browsers that there are; a name with a dot before it and all below it.
SERVICES = (
    "fcm.googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
KEPT = timedelta(hours=4)  # by the service, for a browser that is closed
SIGNED = timedelta(hours=12)  # RFC 8292 allows a day
_GONE = frozenset({404, 410})
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class PushSettings:
    """Our key (32 bytes in base64url), and whom a service may ask about us.

    `services` are the hosts that anything is sent to: a browser names its own, and so
    could whoever wants us to call another machine.
    """

    key: str = field(repr=False)
    contact: str
    services: tuple[str, ...] = SERVICES
    timeout_s: float = 20.0


class Push:
    """The channel `push`; whom a letter is to is a person."""

    name = "push"

    def __init__(
        self,
        database: Database,
        settings: PushSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._settings = settings
        self._key = Vapid02.from_string(settings.key)
        self._clock = clock

    async def send(self, letter: Letter) -> None:
        """Hand a letter's short form to the service of each browser.

        Raises:
            NotAcceptedError: by none of them; for good where there is no browser left.
        """
        async with self._database.transaction() as transaction:
            browsers = await transaction.all(_QUERIES["push_to"], person=letter.to)
        async with aiohttp.ClientSession() as session:
            tried = [self._one(session, browser, letter) for browser in browsers]
            troubles = await asyncio.gather(*tried)
        refused = [trouble for trouble in troubles if trouble is not None]
        if len(refused) < len(browsers):
            return
        later = [one for one in refused if one.retry]
        if later or refused:
            raise (later or refused)[0]
        raise NotAcceptedError(self.name, "no browser", retry=False)

    async def _one(
        self, session: aiohttp.ClientSession, browser: Row, letter: Letter
    ) -> NotAcceptedError | None:
        number, endpoint = browser["subscription"], browser["endpoint"]
        if not is_service(endpoint, self._settings.services):
            await self._note("push_forget", number)
            return NotAcceptedError(self.name, "no push service", retry=False)
        gone = False
        try:
            await self._post(session, browser, letter)
        except WebPushException as error:
            gone = error.status_code is None or error.status_code in _GONE
            refusal = _refusal(error.status_code)
        except (aiohttp.ClientError, OSError):  # a time-out is one of them
            refusal = NotAcceptedError(self.name, "service away", retry=True)
        except ValueError:  # the browser's keys are none
            gone, refusal = True, _refusal(None)
        else:
            await self._note("push_reached", number)
            return None
        await self._note("push_forget" if gone else "push_failed", number)
        log.warning("push.refused", subscription=number, trouble=refusal.trouble)
        return refusal

    async def _post(
        self, session: aiohttp.ClientSession, browser: Row, letter: Letter
    ) -> None:
        endpoint = browser["endpoint"]
        service = urlsplit(endpoint)
        claims: dict[str, str | int] = {
            "sub": self._settings.contact,
            "aud": f"{service.scheme}://{service.netloc}",
            "exp": int((self._clock() + SIGNED).timestamp()),
        }
        text = letter.short.removesuffix(letter.link).rstrip()
        where = urlsplit(letter.link).path
        timeout = aiohttp.ClientTimeout(total=self._settings.timeout_s)
        await webpush_async(
            {
                "endpoint": endpoint,
                "keys": {"p256dh": browser["p256dh"], "auth": browser["auth"]},
            },
            json.dumps({"title": letter.subject, "text": text, "link": where}),
            vapid_private_key=self._key,
            vapid_claims=claims,
            headers={"Urgency": "high" if letter.urgent else "normal"},
            ttl=int(KEPT.total_seconds()),
            # It is typed as a number, which aiohttp, to which it goes, has deprecated.
            timeout=timeout,  # pyright: ignore[reportArgumentType]
            aiohttp_session=session,
        )

    async def _note(self, query: str, subscription: int) -> None:
        async with self._database.transaction() as transaction:
            await transaction.run(
                _QUERIES[query], subscription=subscription, now=self._clock()
            )


def is_service(endpoint: str, services: tuple[str, ...]) -> bool:
    """Tell whether an endpoint is a push service's: nothing else is ever called."""
    try:
        url = urlsplit(endpoint)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return False
    known = any(
        host.endswith(one) if one.startswith(".") else host == one for one in services
    )
    return known and (url.scheme == "https" or is_here(host))


def _refusal(status: int | None) -> NotAcceptedError:
    if status is None:  # nobody was asked: nothing can be written for this browser
        return NotAcceptedError(Push.name, "keys unusable", retry=False)
    if status in _GONE:
        return NotAcceptedError(Push.name, "browser gone", retry=False)
    try:
        judge(Push.name, status)
    except NotAcceptedError as error:
        return error
    return NotAcceptedError(Push.name, f"refused {status}", retry=True)
