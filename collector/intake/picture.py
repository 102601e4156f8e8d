"""Pictures and clips of stations: parts wait until all are there, then become one.

The whole goes through obstore into a folder or an S3-compatible store, under the name
that the record gives it: the SHA-256 of its bytes. Each part came signed by its device,
so whatever is whole was signed whole.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from collector.blob import object_name
from collector.content import HEAD_BYTES, is_taken, sort_of
from collector.database import Database, Transaction, jsonb
from collector.intake.ingest import HeardPart
from collector.query import Queries

SLICE = 16  # parts that are in memory at once: 1 MiB
PUT_BYTES = 5 * 2**20  # the least piece that S3 takes
PUTS = 2

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
            whole = _Whole(transaction, ready["digest"], ready["parts"])
            found = await whole.measure()
            if found.digest != whole.digest or not is_taken(found.head, found.size):
                log.warning("picture.refused", device=ready["device"])
                await transaction.run(_QUERIES["picture_refuse"], digest=whole.digest)
            else:
                await self._put(whole, found)
            await transaction.run(_QUERIES["picture_forget"], digest=whole.digest)
        return True

    async def _put(self, whole: "_Whole", found: "_Measured") -> None:
        # Before the commit: a crash leaves a file too many, never one too few.
        await self._blobs.put_async(
            object_name(whole.digest),
            whole.pieces(),
            chunk_size=PUT_BYTES,
            max_concurrency=PUTS,
        )
        await whole.transaction.run(
            _QUERIES["picture_complete"],
            digest=whole.digest,
            sort=sort_of(found.head),
            size=found.size,
        )


@dataclass(frozen=True)
class _Measured:
    digest: str
    size: int
    head: bytes


@dataclass(frozen=True)
class _Whole:
    """A picture of which every part is in the store."""

    transaction: Transaction
    digest: str
    parts: int

    async def measure(self) -> _Measured:
        name, size, head = hashlib.sha256(), 0, b""
        async for piece in self.pieces():
            name.update(piece)
            size += len(piece)
            head = head or piece[:HEAD_BYTES]
        return _Measured(name.hexdigest(), size, head)

    async def pieces(self) -> AsyncIterator[bytes]:
        for since in range(0, self.parts, SLICE):
            rows = await self.transaction.all(
                _QUERIES["picture_parts"],
                digest=self.digest,
                since=since,
                until=since + SLICE,
            )
            yield b"".join(row["data"] for row in rows)


def _picture(one: HeardPart) -> dict[str, object]:
    return {
        "digest": one.part.whole,
        "device": one.known.device,
        "unit": one.known.unit,
        "site": one.known.site,
        "parts": one.part.count,
        "received": one.message.received,
    }
