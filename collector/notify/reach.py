"""Asks everybody once a month, by each of his channels, whether he is reached.

He answers by the button behind the link: a scanner of mail, which opens every link,
presses none. Who does not answer is on his unit's to-do list. It is asked by day.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.notify.channel import Channel, Letter
from collector.notify.errors import NotAcceptedError
from collector.notify.letter import words_in
from collector.notify.short import fold
from collector.query import Queries, Row

EVERY_DAYS = 30
LOOK_S = 60.0
SEND_S = 40.0
CODE_BYTES = 12
_BY_DAY = range(9, 17)  # hours on the wall clock of the country
_ZONE = ZoneInfo("Europe/Amsterdam")
_QUERIES = Queries(Path(__file__).parent / "sql")

log = structlog.get_logger()


async def run(
    database: Database,
    channels: Sequence[Channel],
    base_url: str,
    clock: Callable[[], datetime],
) -> None:
    """Ask for ever; a database that is away is tried again."""
    while True:
        try:
            now = clock()
            await put_down(database, now)
            if is_day(now):
                for channel in channels:
                    while await one(database, channel, base_url, clock()):
                        pass
        except DatabaseError as error:
            if not error.retry:
                raise
            log.warning("database.awaited", reason=str(error))
        await asyncio.sleep(LOOK_S)


def is_day(now: datetime) -> bool:
    """Tell whether nobody is woken by a question now."""
    return now.astimezone(_ZONE).hour in _BY_DAY


async def put_down(database: Database, now: datetime) -> None:
    """Put down who is to be asked, by which channels."""
    async with database.transaction() as transaction:
        await transaction.run(_QUERIES["reach_make"], now=now)
        await transaction.run(_QUERIES["reach_drop"])


async def one(
    database: Database, channel: Channel, base_url: str, now: datetime
) -> bool:
    """Ask the next whose turn it is; False where there is none."""
    async with database.transaction() as transaction:
        due = await transaction.maybe(
            _QUERIES["reach_due"], channel=channel.name, now=now, days=EVERY_DAYS
        )
        if due is None:
            return False
        code = secrets.token_urlsafe(CODE_BYTES)
        whose = {"person": due["person"], "channel": channel.name, "now": now}
        try:
            async with asyncio.timeout(SEND_S):
                await channel.send(write(due, code, base_url))
        except (TimeoutError, NotAcceptedError):
            await transaction.run(_QUERIES["reach_later"], **whose)
            log.warning("reach.delayed", channel=channel.name)
        else:
            kept = hashlib.sha256(code.encode()).hexdigest()
            await transaction.run(_QUERIES["reach_asked"], **whose, code=kept)
            log.info("reach.asked", channel=channel.name)
    return True


def write(due: Row, code: str, base_url: str) -> Letter:
    """Write the question, in the words of whoever gets it."""
    words = words_in(due["language"])
    said, line = words["reach"], words["line"]
    link = f"{base_url.rstrip('/')}/reached/{code}"
    text = "\n\n".join([said["text"], line["link"].format(link=link), line["foot"]])
    # Numbers of messages are above nought, those of notices below.
    number = 10**15 + int.from_bytes(hashlib.sha256(code.encode()).digest()[:6], "big")
    return Letter(
        number,
        due["tell"],
        said["subject"],
        text + "\n",
        urgent=False,
        short=fold(said["short"].format(link=link)),
        link=link,
    )
