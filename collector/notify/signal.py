"""Tells an alarm receiving centre what is put down in `store.signal`; at least once.

The store puts it down itself, in the transaction that makes an incident the control
room's. It has the same code and number at every attempt, by which the centre knows what
came twice. Several go out at once, the most urgent first, so that a line on which
nobody answers holds no other up.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import structlog

from collector.database import Database, Transaction
from collector.errors import DatabaseError
from collector.metrics import Health
from collector.notify import dc09
from collector.notify.alarm_code import Outcome, end_code, new_code
from collector.notify.errors import NotAcceptedError
from collector.notify.receiver import CHANNEL, CLOCK_OFF, Receiver
from collector.notify.sender import Pace, backoff
from collector.query import Queries

log = structlog.get_logger()

AT_ONCE = 4
ASK_EVERY = timedelta(seconds=60)
LOST_MOST = 3  # questions in a row without an answer: then the line counts as lost
PACE = Pace(lease=timedelta(seconds=30), longest_retry=timedelta(seconds=10))

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class Due:
    """A signal whose turn it is. `begun`: the code that it ends, where that was told.

    `told`: the codes of this incident that the centre has.
    """

    signal: int
    incident: int
    unit: str
    account: str
    kind: str
    ends: bool
    made: datetime
    tries: int
    lease: datetime
    code: str | None
    sequence: int | None
    state: Literal["open", "acknowledged", "resolved"]
    silent: bool
    exercise: bool
    outcome: Outcome | None
    zone: int
    begun: str | None
    told: list[str]


def code_of(due: Due) -> str | None:
    """Give the code of a signal; None where the centre need not be told."""
    if due.ends:
        if due.begun is None or due.outcome is None:
            return None
        code = end_code(due.begun, due.outcome)
    elif due.state == "resolved":
        return None
    else:
        code = new_code(due.kind, silent=due.silent, exercise=due.exercise)
    return None if code in due.told else code


class Signaller:
    """Brings signals out, and asks whether anybody is there."""

    def __init__(
        self,
        database: Database,
        receiver: Receiver,
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._database = database
        self._receiver = receiver
        self._clock = clock
        self._health = health

    async def run(self) -> None:
        """Work for ever; cancelled, what is in hand is due again after its lease."""
        bells = [asyncio.Event() for _ in range(AT_ONCE)]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(bells), name="signals.listen")
            group.create_task(self._keep_asking(), name="signals.ask")
            for number, bell in enumerate(bells):
                group.create_task(self._keep_sending(bell), name=f"signals.{number}")

    async def one(self) -> bool:
        """Handle one signal that is due; False where there is none."""
        due = await self._lease()
        if due is None:
            return False
        if due.code is None or due.sequence is None:
            await self._give_up(due, "nothing to tell")
            return True
        event = dc09.Event(due.code, due.zone)
        try:
            await self._receiver.say(
                dc09.Signal(due.account, due.sequence, event), due.tries
            )
        except NotAcceptedError as error:
            await self._not_accepted(due, error)
        else:
            await self._mark_sent(due)
        return True

    async def ask(self) -> int:
        """Ask on each line whose turn it is whether anybody is there; give how many."""
        now = self._clock()
        async with self._database.transaction() as transaction:
            await transaction.run(_QUERIES["line_make"], now=now)
            await transaction.run(_QUERIES["line_drop"])
            lines = await transaction.all(
                _QUERIES["line_due"], now=now, next_ask=now + ASK_EVERY
            )
        accounts = [line["account"] for line in lines]
        heard = await asyncio.gather(*map(self._is_there, accounts))
        for account, there in zip(accounts, heard, strict=True):
            await self._note(account, there=there)
        await self._tell_health()
        return len(lines)

    async def _lease(self) -> Due | None:
        now = self._clock()
        async with self._database.transaction() as transaction:
            due = await transaction.maybe(
                _QUERIES.of("signal_lease", Due), now=now, lease=now + PACE.lease
            )
            if due is None or due.code is not None:
                return due
            return await _numbered(transaction, due, now)

    async def _mark_sent(self, due: Due) -> None:
        now = self._clock()
        async with self._database.transaction() as transaction:
            await transaction.run(_QUERIES["line_heard"], account=due.account, now=now)
            if await transaction.run(
                _QUERIES["signal_sent"], signal=due.signal, now=now
            ):
                await _log(transaction, due, now, "told")
        log.info("signal.sent", signal=due.signal, tries=due.tries)

    async def _not_accepted(self, due: Due, error: NotAcceptedError) -> None:
        now = self._clock()
        if not error.retry or now - due.made >= PACE.give_up_after:
            await self._give_up(due, error.trouble)
            return
        async with self._database.transaction() as transaction:
            await transaction.run(
                _QUERIES["signal_later"],
                signal=due.signal,
                lease=due.lease,
                next_try=now + backoff(due.tries, PACE),
                trouble=error.trouble,
            )
        log.warning("signal.delayed", signal=due.signal, trouble=error.trouble)

    async def _give_up(self, due: Due, trouble: str) -> None:
        now = self._clock()
        async with self._database.transaction() as transaction:
            given_up = await transaction.run(
                _QUERIES["signal_give_up"],
                signal=due.signal,
                lease=due.lease,
                now=now,
                trouble=trouble,
            )
            if given_up and due.code is not None:
                await _log(transaction, due, now, "not_told", trouble=trouble)
        if due.code is not None:
            log.error("signal.given_up", signal=due.signal, trouble=trouble)

    async def _is_there(self, account: str) -> bool:
        try:
            await self._receiver.say(dc09.Signal(account, 0, None))
        except NotAcceptedError as error:
            log.warning("receiver.unheard", trouble=error.trouble)
            return False
        return True

    async def _note(self, account: str, *, there: bool) -> None:
        now = self._clock()
        async with self._database.transaction() as transaction:
            if there:
                await transaction.run(_QUERIES["line_heard"], account=account, now=now)
            else:
                await transaction.run(
                    _QUERIES["line_lost"], account=account, now=now, most=LOST_MOST
                )

    async def _tell_health(self) -> None:
        async with self._database.transaction(read_only=True) as transaction:
            row = await transaction.one(_QUERIES["lines"])
        lost, lines = row["lost"], row["lines"]
        why = f"nobody answers on {lost} of {lines} lines" if lost else None
        self._health.tell("receiver", why)
        off = self._receiver.clock_off
        told = f"its clock is {off.total_seconds():+.0f} s off ours: we use it there"
        self._health.tell("receiver's clock", told if abs(off) >= CLOCK_OFF else None)

    async def _listen(self, bells: list[asyncio.Event]) -> None:
        async with aclosing(self._database.notes("signal")) as notes:
            async for _ in notes:
                for bell in bells:
                    bell.set()

    async def _keep_sending(self, bell: asyncio.Event) -> None:
        while True:
            bell.clear()
            try:
                while await self.one():
                    pass
            except DatabaseError as error:
                _bear(error)
            try:
                async with asyncio.timeout(PACE.poll.total_seconds()):
                    await bell.wait()
            except TimeoutError:
                continue  # nobody rang: a retry may be due all the same

    async def _keep_asking(self) -> None:
        while True:
            try:
                while await self.ask():
                    pass
            except DatabaseError as error:
                _bear(error)
            await asyncio.sleep(PACE.poll.total_seconds())


async def _numbered(transaction: Transaction, due: Due, now: datetime) -> Due:
    code = code_of(due)
    if code is None:
        return due
    row = await transaction.one(
        _QUERIES["signal_number"],
        signal=due.signal,
        account=due.account,
        unit=due.unit,
        code=code,
        now=now,
    )
    return replace(due, code=code, sequence=row["sequence"])


async def _log(
    transaction: Transaction, due: Due, now: datetime, what: str, **more: object
) -> None:
    data = {"role": "control_room", "channel": CHANNEL, "code": due.code}
    await transaction.run(
        _QUERIES["log"],
        incident=due.incident,
        unit=due.unit,
        now=now,
        what=what,
        data={**data, "tries": due.tries, **more},
    )
    await transaction.notify("incident", f"{due.unit} {due.incident}")


def _bear(error: DatabaseError) -> None:
    if not error.retry:
        raise error
    log.warning("database.awaited", reason=str(error))
