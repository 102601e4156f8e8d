"""Sends what is put down in `store.message`: at least once, and as a rule once.

A message is leased, sent, and marked only after its channel accepted it. Any number of
senders work side by side. It goes out twice only where a sender dies between the
acceptance and the mark, or cannot reach the database until its lease has run out; then
it has the same Message-ID.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident.telling import tell_of_hand_overs
from collector.notify.channel import Channel
from collector.notify.digest import MOST, Digest, hour_of
from collector.notify.digest import write as write_digest
from collector.notify.errors import NotAcceptedError
from collector.notify.letter import Due, write
from collector.query import Queries

log = structlog.get_logger()
Clock = Callable[[], datetime]

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Pace:
    """How long things take. A lease outlasts the sending by far."""

    lease: timedelta = timedelta(seconds=120)
    send: timedelta = timedelta(seconds=40)
    poll: timedelta = timedelta(seconds=2)
    first_retry: timedelta = timedelta(seconds=2)
    longest_retry: timedelta = timedelta(seconds=60)
    give_up_after: timedelta = timedelta(hours=24)


class Sender:
    """Brings the messages of one channel out, one at a time."""

    def __init__(
        self, database: Database, channel: Channel, base_url: str, clock: Clock
    ) -> None:
        self.channel = channel
        self.pace = Pace()
        self._database = database
        self._base_url = base_url
        self.clock = clock
        self._accepted: list[Due] = []

    async def one(self) -> bool:
        """Handle one message that is due; False when there is none.

        Raises:
            DatabaseError: the next call goes on where this one stopped.
        """
        while self._accepted:
            await self._mark_sent(self._accepted[0])
            del self._accepted[0]
        due = await self._lease()
        if due is None:
            return False
        handling = asyncio.create_task(self._handle(due), name="notify.message")
        try:
            await asyncio.shield(handling)
        except asyncio.CancelledError:
            await handling  # what is in hand is finished: half sent would be twice
            raise
        return True

    async def digest(self) -> bool:
        """Bring what was held back for somebody out as one; False when there is none.

        Raises:
            DatabaseError: it is due again after its lease.
        """
        now = self.clock()
        async with self._database.transaction() as transaction:
            due = await transaction.maybe(
                _QUERIES.of("digest_lease", Digest),
                channel=self.channel.name,
                now=now,
                lease=now + self.pace.lease,
            )
        if due is None:
            return False
        query, more = await self._digest(due)
        async with self._database.transaction() as transaction:
            await transaction.run(
                _QUERIES[query], messages=due.messages, **({"now": now} | more)
            )
        log.info("digest.handled", message=due.message, outcome=query)
        return True

    async def _digest(self, due: Digest) -> tuple[str, dict[str, object]]:
        """Send one; give the query that says what became of it, and what it takes."""
        if due.tell is None or due.removed:
            return "digest_give_up", {"trouble": "nobody reachable"}
        if not due.incidents:
            return "digest_give_up", {"trouble": "resolved before"}
        letter = write_digest(due, due.tell, self._base_url)
        try:
            async with asyncio.timeout(self.pace.send.total_seconds()):
                await self.channel.send(letter)
        except TimeoutError:
            trouble, retry = "timeout", True
        except NotAcceptedError as error:
            trouble, retry = error.trouble, error.retry
        else:
            return "digest_sent", {"message": due.message}
        now = self.clock()
        if not retry or now - due.made >= self.pace.give_up_after:
            return "digest_give_up", {"trouble": trouble}
        wait = backoff(due.tries, self.pace)
        return "digest_later", {"trouble": trouble, "next_try": now + wait}

    async def _lease(self) -> Due | None:
        now = self.clock()
        since, until = hour_of(now)
        async with self._database.transaction() as transaction:
            await transaction.run(
                _QUERIES["hold"],
                channel=self.channel.name,
                now=now,
                since=since,
                until=until,
                most=MOST,
            )
            return await transaction.maybe(
                _QUERIES.of("lease", Due),
                channel=self.channel.name,
                now=now,
                lease=now + self.pace.lease,
            )

    async def _handle(self, due: Due) -> None:
        if due.is_of_end and not due.told_before:
            await self._give_up(due, "not told of it")
        elif due.state == "resolved" and not due.is_of_end:
            await self._give_up(due, "resolved before")
        elif due.tell is None or due.removed:
            await self._give_up(due, "nobody reachable")
        else:
            await self._send(due, due.tell)

    async def _send(self, due: Due, to: str) -> None:
        letter = write(due, to, self._base_url)
        try:
            async with asyncio.timeout(self.pace.send.total_seconds()):
                await self.channel.send(letter)
        except TimeoutError:
            await self._again(due, "timeout")
        except NotAcceptedError as error:
            if error.retry:
                await self._again(due, error.trouble)
            else:
                await self._give_up(due, error.trouble)
        else:
            self._accepted.append(due)
            await self._mark_sent(due)
            self._accepted.remove(due)

    async def _mark_sent(self, due: Due) -> None:
        now = self.clock()
        async with self._database.transaction() as transaction:
            marked = await transaction.run(
                _QUERIES["sent"], message=due.message, now=now
            )
            if marked:
                await transaction.run(_QUERIES["log"], **_entry(due, "told", now))
                await transaction.notify("incident", f"{due.unit} {due.incident}")
        log.info("message.sent", message=due.message, tries=due.tries)

    async def _again(self, due: Due, trouble: str) -> None:
        now = self.clock()
        if now - due.made >= self.pace.give_up_after:
            await self._give_up(due, trouble)
            return
        async with self._database.transaction() as transaction:
            await transaction.run(
                _QUERIES["later"],
                message=due.message,
                lease=due.lease,
                next_try=now + backoff(due.tries, self.pace),
                trouble=trouble,
            )
        log.warning("message.delayed", message=due.message, trouble=trouble)

    async def _give_up(self, due: Due, trouble: str) -> None:
        now = self.clock()
        async with self._database.transaction() as transaction:
            given_up = await transaction.run(
                _QUERIES["give_up"],
                message=due.message,
                lease=due.lease,
                now=now,
                trouble=trouble,
            )
            if given_up and (due.told_before or not due.is_of_end):
                entry = _entry(due, "not_told", now, trouble=trouble)
                await transaction.run(_QUERIES["log"], **entry)
                await transaction.notify("incident", f"{due.unit} {due.incident}")
        log.error("message.given_up", message=due.message, trouble=trouble)


def backoff(tries: int, pace: Pace) -> timedelta:
    """Give the wait after so many attempts: doubling, bounded, with jitter."""
    doubled = pace.first_retry * float(2 ** min(tries - 1, 20))
    return min(doubled, pace.longest_retry) * random.uniform(0.75, 1)  # noqa: S311  # spreads, hides nothing


async def run(
    database: Database,
    channels: Sequence[Channel],
    base_url: str,
    clock: Clock = lambda: datetime.now(UTC),
) -> None:
    """Send messages for ever, each channel by itself, so that none waits for another.

    Cancelled, it finishes the message in hand first. `base_url` is where people find
    the dashboard.
    """
    senders = [Sender(database, channel, base_url, clock) for channel in channels]
    bells = [asyncio.Event() for _ in senders]
    async with asyncio.TaskGroup() as group:
        group.create_task(_listen(database, bells), name="notify.listen")
        for sender, bell in zip(senders, bells, strict=True):
            name = f"notify.{sender.channel.name}"
            group.create_task(_keep_sending(database, sender, bell), name=name)


async def _listen(database: Database, bells: Sequence[asyncio.Event]) -> None:
    async with aclosing(database.notes("message", "incident")) as notes:
        async for _ in notes:
            for bell in bells:
                bell.set()


async def _keep_sending(
    database: Database, sender: Sender, bell: asyncio.Event
) -> None:
    while True:
        bell.clear()
        try:
            async with database.transaction() as transaction:
                await tell_of_hand_overs(transaction, sender.clock())
            while await sender.one():
                pass
            while await sender.digest():
                pass
        except DatabaseError as error:
            if not error.retry:
                raise
            log.warning("database.awaited", reason=str(error))
        try:
            async with asyncio.timeout(sender.pace.poll.total_seconds()):
                await bell.wait()
        except TimeoutError:
            continue  # nobody rang: a retry may be due all the same


def _entry(due: Due, what: str, now: datetime, **more: object) -> dict[str, object]:
    data = {
        "message": due.message,
        "person": due.person,
        "role": due.role,
        "channel": due.channel,
        "reason": due.reason,
        "tries": due.tries,
    }
    return {
        "incident": due.incident,
        "unit": due.unit,
        "now": now,
        "what": what,
        "data": data | more,
    }
