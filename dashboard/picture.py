"""The picture that opened an incident: masked at the edge, walled by the store."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from collector.blob import object_name
from dashboard.asker import Asker
from dashboard.errors import NotFoundError
from dashboard.page import QUERIES
from dashboard.parts import parts_of, signed_in

routes = APIRouter()
DIGEST = re.compile(r"[0-9a-f]{64}")


@routes.get("/picture/{digest}")
async def picture(
    request: Request, asker: Annotated[Asker, Depends(signed_in)], digest: str
) -> Response:
    """Give a picture that the asker's unit owns, whole and still there.

    Raises:
        NotFoundError: there is none, or it is another unit's.
    """
    if not DIGEST.fullmatch(digest):
        raise NotFoundError
    parts = parts_of(request)
    async with parts.database.transaction(asker.person, read_only=True) as transaction:
        found = await transaction.maybe(QUERIES["picture"], digest=digest)
    if found is None:
        raise NotFoundError
    try:
        whole = await (await parts.blobs.get_async(object_name(digest))).bytes_async()
    except FileNotFoundError:
        raise NotFoundError from None
    return Response(bytes(whole), media_type="image/jpeg")
