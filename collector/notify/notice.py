"""Tells the auditor and the administrator by letter what they must know.

What it is about, and who, stands on their pages; a letter only says that they must
look. Any number of senders work side by side: whoever holds a notice sends it, and
marks it in the same transaction. It goes out twice only where a sender dies between the
acceptance and the mark.
"""

import asyncio
from pathlib import Path

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.notify.channel import Channel, Letter
from collector.notify.errors import NotAcceptedError
from collector.notify.letter import words_in
from collector.query import Queries, Row

POLL_S = 10.0
SEND_S = 40.0

log = structlog.get_logger()

_QUERIES = Queries(Path(__file__).parent / "sql")


async def run(database: Database, channel: Channel, base_url: str) -> None:
    """Tell for ever; a database or a server that is away is tried again."""
    while True:
        try:
            await put_down(database)
            while await one(database, channel, base_url):
                pass
        except DatabaseError as error:
            if not error.retry:
                raise
            log.warning("database.awaited", reason=str(error))
        await asyncio.sleep(POLL_S)


async def put_down(database: Database) -> int:
    """Put a notice down for each who must know; gives how many are new."""
    async with database.transaction() as transaction:
        return await transaction.run(_QUERIES["notice_make"])


async def one(database: Database, channel: Channel, base_url: str) -> bool:
    """Handle one notice that is due; False where there is none."""
    async with database.transaction() as transaction:
        due = await transaction.maybe(_QUERIES["notice_due"])
        if due is None:
            return False
        number = due["notice"]
        try:
            async with asyncio.timeout(SEND_S):
                await channel.send(write(due, base_url))
        except (TimeoutError, NotAcceptedError):
            await transaction.run(_QUERIES["notice_later"], notice=number)
            log.warning("notice.delayed", notice=number)
        else:
            await transaction.run(_QUERIES["notice_sent"], notice=number)
            log.info("notice.sent", notice=number)
    return True


def write(due: Row, base_url: str) -> Letter:
    """Write the letter of a notice, in the words of whoever gets it."""
    words = words_in(due["language"])
    line = words["line"]
    told = [line[due["sort"]], line["link"].format(link=base_url), line["foot"]]
    subject = words["subject"][due["sort"]].format(
        priority=words["priority"]["attention"]
    )
    # Numbers of notices are below those of messages, so that none takes the other's.
    text = "\n\n".join(told) + "\n"
    return Letter(-due["notice"], due["tell"], subject, text, urgent=False)
