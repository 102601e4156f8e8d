"""Pictures and clips behind an incident: masked at the edge, walled by the store."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from obstore.store import ObjectStore

from collector.blob import object_name
from collector.content import Sort
from dashboard.asker import Asker
from dashboard.audit import Noted
from dashboard.errors import NotFoundError
from dashboard.page import QUERIES
from dashboard.parts import Parts, parts_of, signed_in

routes = APIRouter(route_class=Noted)
DIGEST = re.compile(r"[0-9a-f]{64}")
PIECE_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")

Someone = Annotated[Asker, Depends(signed_in)]


class Span(NamedTuple):
    """Bytes from `first` up to and not with `end`."""

    first: int
    end: int


def wanted(header: str | None, size: int) -> Span | None:
    """Read a Range header for a file of so many bytes; None where it cannot be met.

    What is no single range of bytes asks for everything (RFC 9110, 14.2).
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return Span(0, size)
    first, last = found.groups()
    if not first:
        span = Span(max(0, size - int(last)), size)
    else:
        span = Span(int(first), min(size, int(last) + 1) if last else size)
    return span if span.first < span.end else None


@routes.get("/picture/{digest}")
async def picture(request: Request, asker: Someone, digest: str) -> Response:
    """Give a picture that the asker's unit owns, whole and still there.

    Raises:
        NotFoundError: there is none, or it is another unit's.
    """
    parts = parts_of(request)
    await _may_see(parts, asker, digest, "jpeg")
    try:
        whole = await (await parts.blobs.get_async(object_name(digest))).bytes_async()
    except FileNotFoundError:
        raise NotFoundError from None
    return Response(bytes(whole), media_type="image/jpeg")


@routes.get("/clip/{digest}")
async def clip(request: Request, asker: Someone, digest: str) -> Response:
    """Give a clip that the asker's unit owns, or the part of it that is asked for.

    Raises:
        NotFoundError: there is none, or it is another unit's.
    """
    parts = parts_of(request)
    await _may_see(parts, asker, digest, "mp4")
    try:
        size = (await parts.blobs.head_async(object_name(digest)))["size"]
    except FileNotFoundError:
        raise NotFoundError from None
    asked = request.headers.get("range")
    is_part = _RANGE.fullmatch(asked or "") is not None
    span = wanted(asked, size)
    if span is None:
        return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
    headers = {"accept-ranges": "bytes", "content-length": str(span.end - span.first)}
    if is_part:
        headers["content-range"] = f"bytes {span.first}-{span.end - 1}/{size}"
    return StreamingResponse(
        _pieces(parts.blobs, object_name(digest), span),
        status_code=206 if is_part else 200,
        media_type="video/mp4",
        headers=headers,
    )


async def _may_see(parts: Parts, asker: Asker, digest: str, sort: Sort) -> None:
    if not DIGEST.fullmatch(digest):
        raise NotFoundError
    async with parts.database.transaction(asker.person, read_only=True) as transaction:
        found = await transaction.maybe(QUERIES["picture"], digest=digest, sort=sort)
    if found is None:
        raise NotFoundError


async def _pieces(blobs: ObjectStore, name: str, span: Span) -> AsyncIterator[bytes]:
    for first in range(span.first, span.end, PIECE_BYTES):
        end = min(span.end, first + PIECE_BYTES)
        yield bytes(await blobs.get_range_async(name, start=first, end=end))
