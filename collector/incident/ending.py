"""Ends an incident that nobody has to end: what was missing came after all.

A person closes an incident with a sentence. The one exception is an incident of records
that were withheld alone: once they are all there, nothing is left to judge. Where some
were dropped after all, or their device was taken away, they never come, and a person
has to look. A trigger of the store holds the service to it.
"""

from datetime import datetime
from pathlib import Path

import structlog

from collector.database import Transaction
from collector.incident.telling import tell_end
from collector.query import Queries

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


async def end(transaction: Transaction, site: str, now: datetime) -> list[int]:
    """Close the incident of withheld records of a site, whose lock the caller holds.

    Gives which; none where none stands, or where something else joined it, so that a
    person has to look. Its steps stay as they are. Who was told of it is told of this.
    Notified as `judge` does.
    """
    ended = await transaction.all(_QUERIES["end"], site=site, now=now)
    for row in ended:
        incident, unit = row["incident"], row["unit"]
        await transaction.run(
            _QUERIES["log"],
            incident=incident,
            unit=unit,
            now=now,
            what="ended",
            data={"reason": "all_came"},
        )
        await tell_end(transaction, incident, now)
        await transaction.notify("incident", f"{unit} {incident}")
        log.info("incident.ended", incident=incident)
    return [row["incident"] for row in ended]
