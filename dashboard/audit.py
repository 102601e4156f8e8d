"""Every look and every refusal stands in the audit chain; here, and nowhere else.

A look is noted before anything of it is sent: what cannot be noted is not shown. Only
alarms are shown all the same where the store has no room left, or where somebody holds
the chain, for somebody may need help; that is told loudly everywhere. Acts are noted
by `page.Look.acting`, in the transaction of the act.
"""

from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute

from collector.errors import CollectorError, DatabaseBusyError, DatabaseFullError
from collector.keep.audit import Entry, Verb, note
from collector.query import Queries
from dashboard.asker import Asker
from dashboard.door import origin_here
from dashboard.errors import PageError, TooManyLooksError
from dashboard.parts import parts_of

log = structlog.get_logger()

LIVE, EXPORT = "/live", ".csv"
_QUERIES = Queries(Path(__file__).parent / "sql")
_ALARMS = ("unit:", "page:", "incident:")  # shown where nothing can be noted
_PARTS = {"events", "measurements", "card"}  # of what a page is about
_READS = {"GET", "HEAD"}


class Noted(APIRoute):
    """A route whose every answer to somebody who is signed in is a look at something.

    A page counts each time. What a page asks for by itself (its live part, pictures,
    numbers for its charts) counts once in a quarter of an hour, so that nobody gets
    it without the page unnoticed.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler that notes what the route's own has to show."""
        handle = super().get_route_handler()

        async def noted(request: Request) -> Response:
            answer = await handle(request)
            asker = asker_seen(request)
            if asker is not None:
                await _look(request, asker, again=not isinstance(answer, HTMLResponse))
            return answer

        return noted


def asker_seen(request: Request) -> Asker | None:
    """Give who was found to be asking in this request, if anybody was."""
    found: Asker | None = getattr(request.state, "asker", None)
    return found


def object_of(request: Request, asker: Asker) -> str:
    """Name what a request is about, as the audit chain does."""
    path = request.url.path.removeprefix(LIVE)
    if path.endswith(EXPORT):
        return f"export:{path.strip('/').removesuffix(EXPORT)}"
    for sort in ("incident", "site"):
        if sort in request.path_params:
            return f"{sort}:{request.path_params[sort]}"
    if "digest" in request.path_params:
        return f"{path.split('/')[1]}:{request.path_params['digest']}"
    if path == "/" and asker.home == "unit":
        return f"unit:{asker.unit}"
    return f"page:{path.strip('/') or asker.home}"


async def refused(request: Request, error: PageError) -> None:
    """Note that somebody who is known was refused something."""
    asker = asker_seen(request)
    if asker is None or error.noted:
        return
    verb: Verb = "consult" if request.method in _READS else "change"
    entry = Entry(
        verb,
        object_of(request, asker),
        result="refused",
        reason=error.key,
        origin=origin_here(request),
    )
    try:
        async with parts_of(request).database.transaction(asker.person) as transaction:
            await note(transaction, entry)
    except CollectorError as failure:
        log.warning("refusal.not_noted", error=type(failure).__name__)


async def homes_seen(request: Request, asker: Asker, homes: Collection[str]) -> None:
    """Note that a page about much showed incidents of these homes, about each of them.

    Raises:
        CollectorError: it cannot be noted, for another reason than want of room.
    """
    if not homes:
        return
    page = f"unit:{asker.unit}" if asker.home == "unit" else f"page:{asker.home}"
    try:
        async with parts_of(request).database.transaction(asker.person) as transaction:
            await transaction.one(
                _QUERIES["audit_homes"],
                object=page,
                homes=sorted(homes),
                origin=origin_here(request),
            )
    except (DatabaseFullError, DatabaseBusyError):
        log.warning("look.not_noted")


async def look_on(request: Request, asker: Asker) -> None:
    """Note that somebody goes on watching a page that keeps itself true.

    Raises:
        TooManyLooksError: he opened too much; it is noted, and he sees no more of it.
        CollectorError: it cannot be noted.
    """
    await _look(request, asker, again=True)


async def _look(request: Request, asker: Asker, *, again: bool) -> None:
    what = object_of(request, asker)
    path = request.url.path.split("/")
    exports = what.startswith("export:")
    try:
        async with parts_of(request).database.transaction(asker.person) as transaction:
            row = await transaction.one(
                _QUERIES["audit_look"],
                verb="disclose" if exports else "consult",
                object=what,
                reason=path[-1] if path[-1] in _PARTS else None,
                origin=origin_here(request),
                again=again and not exports,
            )
    except (DatabaseFullError, DatabaseBusyError):
        if not what.startswith(_ALARMS):
            raise
        log.warning("look.not_noted")
        return
    if not row["allowed"]:
        raise TooManyLooksError
