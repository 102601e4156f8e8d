"""Brings signed commands to their devices, again until they say what became of them.

The collector cannot make a command, nor change one; all that it can do is not bring it.
One at a time goes to a device, in the order of their numbers, and by its paths in turn.
Each time it is wrapped up anew, so that a device tells this from somebody who plays
back what he recorded. A device of which two live gets none.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path as File

import structlog
from nacl.signing import SigningKey

from collector.database import Database, Transaction, jsonb
from collector.errors import DatabaseError
from collector.fleet.directory import Directory
from collector.fleet.errors import OrderError, UnknownPathError
from collector.intake.row import EventRow
from collector.keep import audit
from collector.keep.audit import Entry
from collector.metrics import Health
from collector.query import Queries, Row
from sites.answer import check_fits, deliver, seal_answer
from sites.command import Command, Signed, word_of
from sites.errors import AnswerError
from sites.health import CommandObeyed, CommandRefused
from sites.topic import Path

log = structlog.get_logger()

QUERIES = Queries(File(__file__).parent / "sql")
TICK_S = 1.0
UNFIT = "unfit"  # it can be wrapped up for no device
# What a device may well obey when it comes again.
PASSING = frozenset({"no_time", "not_kept"})


async def put(transaction: Transaction, command: Command, signed: Signed) -> None:
    """Have a command brought, and note in the audit who wanted it.

    Raises UnknownPathError, OrderError.
    """
    if command.order is None:
        raise OrderError("this version does not know what it orders")
    try:
        check_fits(signed)
    except AnswerError:
        raise OrderError("it is too long to be brought") from None
    named = {"device": command.device, "number": command.number}
    word = word_of(command.order)
    site = await transaction.maybe(QUERIES["command_site"], **named)
    if site is None:
        raise UnknownPathError(command.device)
    if site["overtaken"]:
        raise OrderError("a command made later went to this device: make a new one")
    if site["over"] or command.end <= site["now"]:
        why = "it was sent before" if site["over"] else "its time is over"
        raise OrderError(f"{why}: make a new one")
    await transaction.run(
        QUERIES["command_put"],
        **named,
        what=word,
        said=signed.said,
        signature=signed.signature,
        made=command.made,
        expires=command.end,
    )
    about = f"command:{command.device}/{command.number}"
    place = f"site:{site['site']}"
    entry = Entry("change", about, place, reason=word, command="fleet send")
    await audit.note(transaction, entry)


async def listed(transaction: Transaction) -> list[Row]:
    """Give every command that is remembered, and what became of it."""
    return await transaction.all(QUERIES["commands"])


async def note(transaction: Transaction, rows: Iterable[EventRow]) -> None:
    """Note what devices say, for the first time, that became of their commands."""
    ends = [end for row in rows if (end := _end(row)) is not None]
    if ends:
        ends.sort(key=lambda end: (end["device"], end["number"]))
        await transaction.run(QUERIES["command_end"], rows=jsonb(ends))


class Courier:
    """Looks once a second for what is to be brought; `answer` sends it down."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        key: SigningKey,
        answer: Callable[[str, bytes], bool],
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._database, self._directory, self._key = database, directory, key
        self._answer, self._clock, self._health = answer, clock, health

    async def run(self) -> None:
        """Bring commands for ever."""
        while True:
            try:
                await self.look()
            except DatabaseError as error:
                self._health.trouble("commands", str(error))
            else:
                self._health.well("commands")
            await asyncio.sleep(TICK_S)

    async def look(self) -> int:
        """Bring what is due; gives how many went. What cannot go keeps nothing back."""
        async with self._database.transaction() as transaction:
            due = await transaction.all(QUERIES["commands_due"])
        went, unfit = 0, []
        for row in due:
            try:
                went += self._bring(row)
            except AnswerError as error:
                log.warning("command.unfit", number=row["number"], reason=str(error))
                unfit.append(_ended(row["device"], row["number"], "refused", UNFIT))
        if unfit:
            async with self._database.transaction() as transaction:
                await transaction.run(QUERIES["command_end"], rows=jsonb(unfit))
        return went

    def _bring(self, row: Row) -> bool:
        known = self._directory.get(row["device"])
        if known is None:
            return False
        signed = Signed(bytes(row["said"]), bytes(row["signature"]))
        delivery = deliver(signed, self._clock())
        sealed = seal_answer(delivery, self._key, known.answer_key)
        topic = Path(row["device"], row["way"]).topic("down")
        log.info("command.brought", number=row["number"], tries=row["tries"])
        return self._answer(topic, sealed)


def _end(row: EventRow) -> Row | None:
    match row.record:
        case CommandObeyed(number=number):
            return _ended(row.device, number, "obeyed", None)
        case CommandRefused(number=int(number), reason=why) if why not in PASSING:
            return _ended(row.device, number, "refused", why)
        case _:
            return None


def _ended(device: str, number: int, outcome: str, reason: str | None) -> Row:
    return {
        "device": device,
        "number": number,
        "outcome": outcome,
        "reason": reason,
    }
