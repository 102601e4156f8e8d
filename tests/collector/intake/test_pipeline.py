"""While one batch is settled the next is examined; order and confirmation stay."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from collector.database import Transaction
from collector.intake.row import EventRow
from collector.intake.source import Message
from sites.event import PanicPressed
from sites.frame import digest
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench, message, open_receipt
from tests.collector.waiting import SECONDS, until
from tests.collector.world import NOW, Sender

Owner = psycopg.Connection[tuple[object, ...]]
Url = Callable[[Role], str]


@dataclass
class Gate:
    """A judge that holds each transaction until it is opened, and keeps what it saw."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[list[str]] = field(default_factory=list)

    async def judge(
        self, _: Transaction, rows: Sequence[EventRow], __: datetime
    ) -> None:
        self.seen.append([row.run for row in rows])
        await self.opened.wait()


def press(run: int) -> bytes:
    record = PanicPressed(seq=1, at=NOW, sensor=4, silent=False)
    return Sender(run=f"{run:016x}", lane="al").frame(record)


def batch(*runs: int) -> list[Message]:
    return [message(press(run), channel="al") for run in runs]


def stored(owner: Owner) -> object:
    row = owner.execute("select count(*) from store.event").fetchone()
    assert row is not None
    return row[0]


@asynccontextmanager
async def running(
    lane: Bench, stopping: asyncio.Event
) -> AsyncIterator[asyncio.Task[None]]:
    """Let a lane run, and stop it in the end."""
    task = asyncio.create_task(lane.lane.run(stopping))
    yield task
    stopping.set()
    await asyncio.wait_for(task, SECONDS)


async def test_the_next_batch_is_examined_but_nothing_of_it_is_confirmed(
    database_url: Url, tmp_path: Path, owner: Owner
):
    gate = Gate()
    async with bench(database_url("wachtpost_collector"), tmp_path, gate.judge) as lane:
        batches = [batch(1, 2), batch(3), batch(4)]
        for one in batches:
            lane.source.waiting.put_nowait(one)
        async with running(lane, asyncio.Event()):
            await until(lambda: len(lane.lane._in_hand) == 2)
            assert (lane.source.answers, stored(owner)) == ([], 0)
            assert lane.source.waiting.qsize() == 1
            gate.opened.set()
            await until(lambda: len(lane.source.answers) == 4)
        assert [len(runs) for runs in gate.seen] == [2, 1, 1]
        receipts = [open_receipt(*answer) for answer in lane.source.answers]
    wanted = [digest(one.payload) for some in batches for one in some]
    assert [receipt.frame for receipt in receipts] == wanted


async def test_both_batches_in_hand_are_finished_when_told_to_stop(
    database_url: Url, tmp_path: Path, owner: Owner
):
    gate, stopping = Gate(), asyncio.Event()
    async with bench(database_url("wachtpost_collector"), tmp_path, gate.judge) as lane:
        for one in (batch(1), batch(2), batch(3)):
            lane.source.waiting.put_nowait(one)
        async with running(lane, stopping):
            await until(lambda: len(lane.lane._in_hand) == 2)
            stopping.set()
            gate.opened.set()
        assert (stored(owner), len(lane.source.answers)) == (2, 2)
        assert lane.source.waiting.qsize() == 1
        assert lane.lane.behind == timedelta()


class CrashError(BaseException):
    """Stands for the process that ends here, so it is no Exception."""


async def test_a_crash_while_two_are_in_hand_confirms_neither(
    database_url: Url, tmp_path: Path, owner: Owner
):
    gate = Gate()

    async def crash(
        transaction: Transaction, rows: Sequence[EventRow], now: datetime
    ) -> None:
        await gate.judge(transaction, rows, now)
        raise CrashError

    async with bench(database_url("wachtpost_collector"), tmp_path, crash) as lane:
        lane.source.waiting.put_nowait(batch(1))
        lane.source.waiting.put_nowait(batch(2))
        task = asyncio.create_task(lane.lane.run(asyncio.Event()))
        await until(lambda: len(lane.lane._in_hand) == 2)
        gate.opened.set()
        with pytest.raises(BaseExceptionGroup) as told:
            await asyncio.wait_for(task, SECONDS)
        assert told.group_contains(CrashError)
        assert lane.source.answers == []
    assert stored(owner) == 0


async def test_how_far_behind_counts_from_the_oldest_batch_that_is_not_settled(
    database_url: Url, tmp_path: Path
):
    gate = Gate()
    async with bench(database_url("wachtpost_collector"), tmp_path, gate.judge) as lane:
        for run, ago in ((1, 30), (2, 20)):
            (came,) = batch(run)
            old = replace(came, received=NOW - timedelta(seconds=ago))
            lane.source.waiting.put_nowait([old])
        async with running(lane, asyncio.Event()):
            await until(lambda: len(lane.lane._in_hand) == 2)
            assert lane.lane.behind == timedelta(seconds=30)
            gate.opened.set()
            await until(lambda: len(lane.source.answers) == 2)
            await until(lambda: not lane.lane._in_hand)
            assert lane.lane.behind == timedelta()
            lane.source.depth = 5  # more came since, not polled yet
            assert lane.lane.behind == timedelta(seconds=20)


@pytest.mark.parametrize("place", [0, 21, 63])
async def test_one_poisoned_frame_of_many_costs_some_transactions_not_many(
    database_url: Url, tmp_path: Path, owner: Owner, place: int
):
    tried: list[int] = []
    poison = f"{place + 1:016x}"

    async def judge(_: Transaction, rows: Sequence[EventRow], __: datetime) -> None:
        tried.append(len(rows))
        if any(row.run == poison for row in rows):
            raise ZeroDivisionError

    async with bench(database_url("wachtpost_collector"), tmp_path, judge) as lane:
        await lane.lane.take(batch(*range(1, 65)))
        assert len(lane.source.answers) == 63
    assert stored(owner) == 63
    assert len(tried) == 13  # the whole, then two halves of each of 6 that had it


async def test_what_is_much_is_examined_beside_the_loop_with_the_same_result(
    lane: Bench, owner: Owner
):
    button = PanicPressed(seq=1, at=NOW, sensor=4, silent=False)
    frames = [Sender(run=f"{n:016x}", lane="al").frame(button) for n in range(120)]
    receipts = await lane.take_on("al", *frames)
    assert [one.frame for one in receipts] == [digest(one) for one in frames]
    assert {one.outcome for one in receipts} == {"stored"}
    assert stored(owner) == 120


async def test_an_alarm_never_waits_for_the_signatures_of_another_lane(
    database_url: Url, tmp_path: Path
):
    url, held = database_url("wachtpost_collector"), threading.Event()
    async with (
        bench(url, tmp_path / "plain") as plain,
        bench(url, tmp_path / "alarms") as alarms,
    ):
        busy = plain.lane._thread.submit(held.wait, SECONDS)
        behind = asyncio.create_task(plain.lane.take(batch(*range(100, 200))))
        many = [press(run) for run in range(1, 60)]
        assert len(await alarms.take_on("al", *many)) == 59
        assert plain.source.answers == []
        held.set()
        await behind
        assert len(plain.source.answers) == 100
        assert busy.result() is True
