"""How well all collectors hear together; and a note of when none of them did.

Each of several hears a share of the devices. One that hangs or is cut off holds its
share back: so what the worst of them proves is what counts for everybody. But not for
longer than the broker waits for it (SHARE): then others hear what was its share, and
one collector that cannot reach the broker must not keep silence from being told.

What is noted as deaf is total: that no collector heard. People read it of every place,
and of most it would be wrong while one of several heard. Where one alone was deaf, its
share comes late by a minute at most, and what was told later because of it says so
itself (`paused_s` of its record).
"""

from datetime import timedelta
from pathlib import Path

from collector.database import Transaction
from collector.intake.presence import DEAF, Listening
from collector.query import Queries

# One that is cut off is dropped after 1.5 times its keep-alive of 20 s, and devices
# send to the others again within seconds.
SHARE = timedelta(seconds=60)
_QUERIES = Queries(Path(__file__).parent / "sql")


async def together(
    transaction: Transaction, name: str, own: Listening | None
) -> Listening | None:
    """Say how well collector `name` hears; give how well all of them do.

    None where it hears nothing itself. Where nobody heard anything for longer than DEAF
    before, that is written down.
    """
    if own is None:
        await transaction.run(_QUERIES["listen_deaf"], name=name)
        return None
    said = await transaction.one(
        _QUERIES["listen"], name=name, since=own.since, behind=own.behind
    )
    before = said["heard_until"]
    if before is not None and said["since"] - before > DEAF:
        await transaction.run(_QUERIES["deaf"], since=before, until=said["since"])
        await transaction.notify("site", "")
    worst = await transaction.one(_QUERIES["listeners"], share=SHARE)
    return Listening(
        max(timedelta(), worst["since"]), max(timedelta(), worst["behind"])
    )


async def leave(transaction: Transaction, name: str) -> None:
    """Say that a collector goes, so that the others do not wait for it."""
    await transaction.run(_QUERIES["listen_end"], name=name)
