"""What every page is made from; put together once, in `app`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from fastapi import Request
from jinja2 import Environment
from obstore.store import ObjectStore

from collector.database import Database
from collector.errors import CollectorError
from dashboard.asker import Asker
from dashboard.bell import Bell
from dashboard.errors import EnrolFirstError, NotSignedInError, WallOnlyError
from dashboard.group import Provider
from dashboard.language import Words, chosen
from dashboard.session import USED_AGAIN, asker_of, browser_of, end, use
from dashboard.settings import Settings
from dashboard.storing import Storing
from sites.inventory import Inventory

log = structlog.get_logger()

SESSION_COOKIE = "wachtpost"
LANGUAGE_COOKIE = "taal"
ON_A_WALL = frozenset({"/wall", "/live/wall", "/sign-out"})  # all that it may ask for


@dataclass(frozen=True)
class Parts:
    """The process's own things. `wait` is how long tries of a guesser are held up."""

    settings: Settings
    database: Database
    bell: Bell
    pages: Environment
    inventory: Inventory
    blobs: ObjectStore
    key: bytes
    now: Callable[[], datetime]
    wait: Callable[[float], Awaitable[None]]
    storing: Storing = field(default_factory=Storing)
    provider: Provider | None = None


def parts_of(request: Request) -> Parts:
    """Give the parts that `app` put together."""
    parts: Parts = request.app.state.parts
    return parts


def cookie_name(parts: Parts, name: str) -> str:
    """Give a cookie's name: over TLS one that no other host and no path can set."""
    return f"__Host-{name}" if parts.settings.secure else name


def cookie_here(request: Request) -> str:
    """Give the secret of the session's cookie; empty where there is none."""
    return request.cookies.get(cookie_name(parts_of(request), SESSION_COOKIE), "")


def browser_here(request: Request) -> str:
    """Give the hash of the kind of browser that asks."""
    return browser_of(request.headers.get("user-agent", ""), parts_of(request).key)


async def asker_or_none(request: Request) -> Asker | None:
    """Give who is asking; None where nobody is signed in.

    A cookie that turns up in another kind of browser than its session began in was
    taken away: the session ends, there and here.
    """
    parts = parts_of(request)
    secret = cookie_here(request)
    if not secret:
        return None
    asker = await asker_of(parts.database, secret)
    if asker is None:
        return None
    if asker.browser is not None and asker.browser != browser_here(request):
        log.warning("session.moved")
        await end(parts.database, asker, "moved")
        return None
    return await _stay(request, asker)


async def _stay(request: Request, asker: Asker) -> Asker:
    # A page that looks by itself is use only where watching is the work.
    parts = parts_of(request)
    by_itself = request.url.path.startswith("/live/")
    if (by_itself or request.url.path == "/session") and not asker.on_incidents:
        return asker
    stays = timedelta(minutes=parts.settings.idle_minutes)
    if asker.idle - parts.now() > stays - USED_AGAIN:
        return asker
    try:
        minutes = parts.settings.idle_minutes
        await use(parts.database, asker, minutes, watches=by_itself)
    except CollectorError as error:
        # What can be read is shown, also where nothing can be written.
        log.warning("session.not_kept", error=type(error).__name__)
        return asker
    return replace(asker, idle=parts.now() + stays)


async def arrived(request: Request) -> Asker:
    """Give who is asking, also who has yet to make a passkey.

    Raises:
        NotSignedInError: nobody is, or not any more.
        WallOnlyError: this browser hangs on a wall, and this is not for a wall.
    """
    asker = await asker_or_none(request)
    if asker is None:
        raise NotSignedInError
    if asker.how == "wall" and request.url.path not in ON_A_WALL:
        raise WallOnlyError
    request.state.asker = asker  # for whoever notes what becomes of the request
    return asker


async def signed_in(request: Request) -> Asker:
    """Give who is asking.

    Raises:
        NotSignedInError: nobody is, or not any more.
        EnrolFirstError: he came by a link, and must make a passkey first.
    """
    asker = await arrived(request)
    if asker.how == "link" and parts_of(request).settings.passkeys_required:
        raise EnrolFirstError
    return asker


def words_of(request: Request, asker: Asker | None = None) -> Words:
    """Give the words of this request: the switch first, then the person's own."""
    own = asker.language if asker else _of_browser(request)
    return Words(chosen(request.cookies.get(LANGUAGE_COOKIE), own))


def _of_browser(request: Request) -> str:
    return request.headers.get("accept-language", "")[:2].lower()


def render(parts: Parts, template: str, values: Mapping[str, object]) -> str:
    """Render one template; a value that it misses is an error."""
    return parts.pages.get_template(template).render(values)
