"""A page and its live part: the same partial, rendered at first and ever again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import (
    HTMLResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from collector.database import Transaction
from collector.keep.audit import Entry, note
from collector.query import Queries
from dashboard.asker import Asker
from dashboard.audit import homes_seen, look_on
from dashboard.door import origin_here
from dashboard.errors import NotSignedInError
from dashboard.language import HOME_ZONE, Words
from dashboard.live import Watch, stream
from dashboard.parts import Parts, asker_or_none, parts_of, render, words_of
from dashboard.place import STALE
from dashboard.session import ran_out

NOTED_AGAIN = timedelta(minutes=15)  # as store.audit_look has it
QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class View:
    """What one page shows: the partial, its values, its title and its own address.

    `homes` are the kits of which a page about much shows an incident.
    """

    partial: str
    title: str
    address: str
    values: Mapping[str, Any] = field(default_factory=dict)
    zone: str = HOME_ZONE
    homes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Look:
    """One look at the store by one person, at one moment, in one language."""

    request: Request
    parts: Parts
    asker: Asker
    words: Words
    now: datetime

    @classmethod
    def of(cls, request: Request, asker: Asker) -> "Look":
        """Begin a look now."""
        parts = parts_of(request)
        return cls(request, parts, asker, words_of(request, asker), parts.now())

    @asynccontextmanager
    async def acting(self, entry: Entry) -> AsyncIterator[Transaction]:
        """Open the asker's transaction; what he did in it is noted as its last act."""
        async with self.parts.database.transaction(self.asker.person) as transaction:
            yield transaction
            await note(transaction, replace(entry, origin=origin_here(self.request)))


async def shown(look: Look, view: View) -> HTMLResponse:
    """Answer with the whole page."""
    values = await _values(look, view)
    return HTMLResponse(render(look.parts, "page.html", values))


async def live_part(look: Look, view: View) -> str:
    """Render the live part alone."""
    return render(look.parts, view.partial, await _values(look, view))


async def acted(look: Look, view: View) -> Response:
    """Answer an action: with the live part for htmx, else by going back to the page."""
    if look.request.headers.get("hx-request") == "true":
        return HTMLResponse(await live_part(look, view))
    return RedirectResponse(view.address, status_code=303)


def streamed(request: Request, asker: Asker, make: Any) -> StreamingResponse:
    """Answer with the stream that keeps a page true; `make(look)` gives its view.

    Who is asking is looked up again at each look, so that a session that ended
    elsewhere ends here. Who goes on watching is noted ever again.
    """
    parts = parts_of(request)
    noted = parts.now()  # by the route that answers with this stream

    async def look_again() -> str:
        nonlocal noted
        present = await asker_or_none(request)
        if present is None or present.person != asker.person:
            await ran_out(parts.database, asker)
            raise NotSignedInError
        look = Look.of(request, present)
        if look.now - noted >= NOTED_AGAIN:
            await look_on(request, present)
            noted = look.now
        return await live_part(look, await make(look))

    return StreamingResponse(
        stream(Watch(parts.bell, look_again, parts.now, unit=asker.unit)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def _sound(untaken: str | None, *, lapsed: bool) -> str:
    """Give what a page sounds like: a desk that nobody watches calls for attention."""
    if lapsed and untaken != "urgent":
        return "attention"
    return untaken or ""


async def _values(look: Look, view: View) -> dict[str, Any]:
    await homes_seen(look.request, look.asker, view.homes)
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        counts = await transaction.one(QUERIES["counts"], stale=look.now - STALE)
        lapsed = await transaction.all(QUERIES["lapsed"])
    return {
        "w": look.words,
        "now": look.now,
        "asker": look.asker,
        "ends_soon": look.asker.ends_soon(look.now),
        "idles_soon": look.asker.idles_soon(look.now),
        "counts": counts,
        "lapsed": lapsed,
        "sound": _sound(counts["sound"], lapsed=bool(lapsed)),
        "storing": look.parts.storing,
        "partial": view.partial,
        "title": view.title,
        "address": view.address,
        "zone": view.zone,
        "refused": None,
        **view.values,
    }
