"""Pictures of stations: parts wait in the store until all are there, then become one.

The whole goes through obstore into a folder or an S3-compatible store, under the name
that the record gives it: the SHA-256 of its bytes.
"""

from collections.abc import Sequence
from pathlib import Path

import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from collector.blob import object_name
from collector.database import Database, Transaction, jsonb
from collector.intake.ingest import HeardPart
from collector.query import Queries
from sites.blob import name_blob

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


class Pictures:
    """Keeps parts, and puts a picture together when it is whole."""

    def __init__(self, database: Database, blobs: ObjectStore) -> None:
        self._database = database
        self._blobs = blobs

    async def keep_parts(
        self, transaction: Transaction, parts: Sequence[HeardPart]
    ) -> None:
        """Store parts inside the intake's transaction; a part twice is no harm."""
        if not parts:
            return
        ordered = sorted(parts, key=lambda one: (one.part.whole, one.part.index))
        rows = [_picture(one) for one in ordered]
        await transaction.run(_QUERIES["picture_hear"], rows=jsonb(rows))
        await transaction.many(
            _QUERIES["picture_part"],
            [
                {
                    "digest": one.part.whole,
                    "device": one.part.device,
                    "parts": one.part.count,
                    "number": one.part.index,
                    "data": one.part.data,
                }
                for one in ordered
            ],
        )

    async def complete(self) -> int:
        """Put together what is whole; give how many pictures were done.

        Also to be called at start, for what a crash left behind.
        """
        done = 0
        try:
            while await self._complete_one():
                done += 1
        except (BaseError, OSError) as error:
            # The parts are safe in the database; the next picture tries again.
            log.warning("picture.unstored", reason=type(error).__name__)
        return done

    async def _complete_one(self) -> bool:
        async with self._database.transaction() as transaction:
            ready = await transaction.maybe(_QUERIES["picture_ready"])
            if ready is None:
                return False
            digest = ready["digest"]
            rows = await transaction.all(_QUERIES["picture_parts"], digest=digest)
            data = b"".join(row["data"] for row in rows)
            if name_blob(data) != digest:
                log.warning("picture.refused", device=ready["device"])
                await transaction.run(_QUERIES["picture_refuse"], digest=digest)
                return True
            # Before the commit: a crash leaves a file too many, never one too few.
            await self._blobs.put_async(object_name(digest), data)
            await transaction.run(_QUERIES["picture_complete"], digest=digest)
            await transaction.run(_QUERIES["picture_forget"], digest=digest)
        return True


def _picture(one: HeardPart) -> dict[str, object]:
    return {
        "digest": one.part.whole,
        "device": one.known.device,
        "unit": one.known.unit,
        "site": one.known.site,
        "parts": one.part.count,
        "received": one.message.received,
    }
