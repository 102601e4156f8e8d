"""How well all collectors hear together; and a note of when none of them did.

Each of several hears a share of the devices. One that hangs holds its share back: so
what the worst of them proves is what counts for everybody.
"""

from datetime import timedelta
from pathlib import Path

from collector.database import Transaction
from collector.intake.presence import DEAF, Listening
from collector.query import Queries

_QUERIES = Queries(Path(__file__).parent / "sql")


async def together(
    transaction: Transaction, name: str, own: Listening | None
) -> Listening | None:
    """Say how well collector `name` hears; give how well all of them do.

    None where one of those that were there within 30 seconds hears nothing. Where
    nobody heard anything for longer than DEAF before, that is written down.
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
    worst = await transaction.one(_QUERIES["listeners"])
    if not worst["heard"]:
        return None
    return Listening(
        max(timedelta(), worst["since"]), max(timedelta(), worst["behind"])
    )


async def leave(transaction: Transaction, name: str) -> None:
    """Say that a collector goes, so that the others do not wait for it."""
    await transaction.run(_QUERIES["listen_end"], name=name)
