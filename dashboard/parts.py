"""What every page is made from; put together once, in `app`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request
from jinja2 import Environment
from obstore.store import ObjectStore

from collector.database import Database
from dashboard.asker import Asker
from dashboard.bell import Bell
from dashboard.errors import NotSignedInError
from dashboard.language import Words, chosen
from dashboard.settings import Settings
from dashboard.sign_in import asker_of
from dashboard.storing import Storing
from sites.inventory import Inventory

SESSION_COOKIE = "wachtpost"
LANGUAGE_COOKIE = "taal"


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


def parts_of(request: Request) -> Parts:
    """Give the parts that `app` put together."""
    parts: Parts = request.app.state.parts
    return parts


async def asker_or_none(request: Request) -> Asker | None:
    """Give who is asking; None where nobody is signed in."""
    secret = request.cookies.get(SESSION_COOKIE)
    if not secret:
        return None
    return await asker_of(parts_of(request).database, secret)


async def signed_in(request: Request) -> Asker:
    """Give who is asking.

    Raises:
        NotSignedInError: nobody is, or not any more.
    """
    asker = await asker_or_none(request)
    if asker is None:
        raise NotSignedInError
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
