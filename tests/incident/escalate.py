"""An escalator in a process of its own, to be killed in the middle of a step.

`python -m tests.incident.escalate URL MOMENT` does all of it and never commits.
"""

import asyncio
import sys
from datetime import datetime

from collector.database import Database
from collector.incident import escalation
from tests.incident.duty import WORLD


async def main(url: str, moment: str) -> None:
    now = datetime.fromisoformat(moment)
    async with (
        Database.open(url, "killed escalator") as database,
        database.transaction() as transaction,
    ):
        await escalation.escalate(transaction, WORLD, now)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
