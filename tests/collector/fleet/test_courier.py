"""Commands go down one at a time, by the paths in turn, until their end is known."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from nacl.signing import SigningKey

from collector.database import Database
from collector.fleet import courier
from collector.fleet.courier import Courier
from collector.fleet.directory import directory_of
from collector.fleet.errors import OrderError, UnknownPathError
from collector.fleet.sync import sync
from collector.intake.row import EventRow
from collector.metrics import Health
from sites.answer import ANSWER_BYTES, Delivery, open_answer
from sites.command import TITLE, Arm, Command, Restart, Signed, parse, read, sign
from sites.event import kind_of
from sites.health import CommandObeyed, CommandRefused, CommandTrouble
from sites.record import Record
from tests.collector import world
from tests.collector.databases import Role

Owner = psycopg.Connection[tuple[Any, ...]]
Url = Callable[[Role], str]
KEY = SigningKey(bytes([9]) * 32)
DEVICE, OTHER = world.STATION, world.OTHER
HOUR = timedelta(hours=1)


def command(number: int, device: str = DEVICE, **changes: Any) -> Command:
    now = datetime.now(UTC)
    fields: dict[str, Any] = {"made": now, "expires": now + HOUR, "order": Restart()}
    return Command(device, number, **(fields | changes))


@dataclass
class Depot:
    """A courier on a real store, and what it brought."""

    database: Database
    owner: Owner
    brought: list[tuple[str, Signed]] = field(default_factory=list)
    wrapped: list[datetime] = field(default_factory=list)
    connected: bool = True

    def __post_init__(self) -> None:
        self.courier = Courier(
            self.database,
            directory_of(world.inventory()),
            world.COLLECTOR_SIGN,
            self._answer,
            lambda: datetime.now(UTC),
            Health(),
        )

    async def put(self, *commands: Command) -> None:
        for one in commands:
            async with self.database.transaction() as transaction:
                await courier.put(transaction, one, sign(one, KEY))

    async def bring(self) -> list[tuple[str, int]]:
        """Look once; give what went: by which path, which number."""
        before = len(self.brought)
        await self.courier.look()
        new = self.brought[before:]
        return [(path, parse(signed.said).number) for path, signed in new]

    async def say(self, *records: Record, device: str = DEVICE) -> None:
        rows = [row(record, device) for record in records]
        async with self.database.transaction() as transaction:
            await courier.note(transaction, rows)

    def hear(self, device: str, *ways: int, seconds: float = 0) -> None:
        """Have a device be heard on these paths, so long ago; the last one latest."""
        for place, way in enumerate(ways):
            self.owner.execute(
                "insert into store.path_state (device, way, unit, site, heard)"
                " select device, %s, unit, site, now() - make_interval(secs => %s)"
                " from store.device where device = %s on conflict (device, way)"
                " do update set heard = excluded.heard",
                [way, seconds + len(ways) - place, device],
            )

    def let_pass(self, seconds: float) -> None:
        """Move what was tried into the past."""
        self.owner.execute(
            "update store.command set tried = tried - make_interval(secs => %s)",
            [seconds],
        )

    def states(self) -> list[tuple[Any, ...]]:
        return self.owner.execute(
            "select number, outcome, reason from store.command order by device, number"
        ).fetchall()

    def _answer(self, topic: str, payload: bytes) -> bool:
        _, _, path, channel = topic.split("/")
        assert channel == "down"
        device = path.rpartition("-")[0]
        found = open_answer(
            payload, world.DEVICE_KEYS[device], world.COLLECTOR_SIGN.verify_key
        )
        assert isinstance(found, Delivery)
        assert read(found.command, KEY.verify_key).device == device
        if self.connected:
            self.brought.append((path, found.command))
            self.wrapped.append(found.at)
        return self.connected


def row(record: Record, device: str) -> EventRow:
    now = datetime.now(UTC)
    return EventRow(
        *(device, world.RUN, "al", 1, now, now, "unit", "site", kind_of(record)),
        record=record,
    )


def obeyed(number: int) -> CommandObeyed:
    return CommandObeyed(at=datetime.now(UTC), number=number, order="restart")


def refused(reason: CommandTrouble, number: int | None) -> CommandRefused:
    return CommandRefused(at=datetime.now(UTC), reason=reason, number=number)


@pytest.fixture
async def depot(database_url: Url, owner: Owner) -> AsyncIterator[Depot]:
    """Give a courier, and a device that is heard on two paths, latest on the second."""
    async with Database.open(database_url("wachtpost_collector"), "test") as database:
        await sync(database, world.inventory())
        made = Depot(database, owner)
        made.hear(DEVICE, 1, 2)
        yield made


async def test_a_command_goes_by_the_path_that_was_heard_last_and_then_by_the_other(
    depot: Depot,
):
    await depot.put(command(5))
    assert await depot.bring() == [(f"{DEVICE}-2", 5)]
    assert await depot.bring() == []
    for way in (1, 2, 1):
        depot.let_pass(31)
        assert await depot.bring() == [(f"{DEVICE}-{way}", 5)]
    assert len(set(depot.wrapped)) == 4  # so that no device takes it for a recording
    await depot.say(obeyed(5))
    depot.let_pass(31)
    assert await depot.bring() == []
    assert depot.states() == [(5, "obeyed", None)]


async def test_a_device_gets_one_at_a_time_in_the_order_of_their_numbers(
    depot: Depot,
):
    await depot.put(command(6), command(5))
    assert [number for _, number in await depot.bring()] == [5]
    depot.let_pass(31)
    assert [number for _, number in await depot.bring()] == [5]
    await depot.say(refused("expired", 5))
    assert [number for _, number in await depot.bring()] == [6]


async def test_two_devices_do_not_wait_for_each_other(depot: Depot):
    depot.hear(OTHER, 1)
    await depot.put(command(5), command(9, OTHER))
    went = await depot.bring()
    assert sorted(went) == sorted([(f"{DEVICE}-2", 5), (f"{OTHER}-1", 9)])


async def test_two_collectors_do_not_both_bring_it(depot: Depot):
    await depot.put(command(5))
    second = Depot(depot.database, depot.owner)
    assert [*await depot.bring(), *await second.bring()] == [(f"{DEVICE}-2", 5)]


async def test_who_is_not_there_is_brought_nothing_until_he_is(depot: Depot):
    depot.hear(DEVICE, 1, 2, seconds=91)
    await depot.put(command(5))
    assert await depot.bring() == []
    depot.hear(DEVICE, 1)
    assert await depot.bring() == [(f"{DEVICE}-1", 5)]


async def test_one_that_has_no_way_down_goes_again_later(depot: Depot):
    await depot.put(command(5))
    depot.connected = False
    assert await depot.bring() == []
    depot.connected = True
    depot.let_pass(31)
    assert await depot.bring() == [(f"{DEVICE}-1", 5)]


async def test_a_device_of_which_two_live_gets_none_until_that_is_cleared(
    depot: Depot,
):
    await depot.put(command(5))
    depot.owner.execute(
        "insert into store.clone (device, unit, site, runs) select device, unit, site,"
        " '{a,b}' from store.device where device = %s",
        [DEVICE],
    )
    assert await depot.bring() == []
    async with depot.database.transaction() as transaction:
        (listed,) = await courier.listed(transaction)
    assert listed["state"] == "waiting, for the device is cloned"
    depot.owner.execute("update store.clone set cleared = now()")
    assert await depot.bring() == [(f"{DEVICE}-2", 5)]


async def test_one_whose_time_is_nearly_over_is_not_brought(depot: Depot):
    soon = datetime.now(UTC) + timedelta(seconds=9)
    await depot.put(command(5, expires=soon), command(6))
    assert [number for _, number in await depot.bring()] == [6]


@pytest.mark.parametrize("reason", ["no_time", "not_kept"])
async def test_what_may_yet_be_obeyed_is_brought_again(
    depot: Depot, reason: CommandTrouble
):
    await depot.put(command(5))
    await depot.bring()
    await depot.say(refused(reason, 5))
    depot.let_pass(31)
    assert [number for _, number in await depot.bring()] == [5]


async def test_what_was_told_first_stays_and_others_are_not_touched(depot: Depot):
    await depot.put(command(5), command(6), command(5, OTHER))
    await depot.say(
        *(refused("forged", None), obeyed(5)),
        *(refused("interrupted", 5), refused("repeated", 4711)),
    )
    await depot.say(refused("repeated", 5))
    states = sorted(depot.states(), key=str)
    assert states == sorted(
        [(5, "obeyed", None), (6, None, None), (5, None, None)], key=str
    )


async def test_what_cannot_be_sent_is_refused_in_words(depot: Depot):
    now = datetime.now(UTC)
    await depot.put(command(5))
    for bad, why in (
        (command(5), "it was sent before: make a new one"),
        (command(6, made=now - HOUR, expires=now), "its time is over: make a new one"),
        (command(6, order=None), "does not know what it orders"),
    ):
        with pytest.raises(OrderError, match=why):
            await depot.put(bad)
    with pytest.raises(UnknownPathError):
        await depot.put(command(5, "z" * 16))
    await depot.bring()
    with pytest.raises(OrderError, match="made later went to this device"):
        await depot.put(command(4))
    assert depot.states() == [(5, None, None)]


def padded(number: int) -> Signed:
    """Give a command that is whole and signed, and too long to be wrapped up."""
    said = sign(command(number), KEY).said + b" " * ANSWER_BYTES
    return Signed(said, KEY.sign(TITLE + said).signature)


async def test_one_that_cannot_be_wrapped_up_is_not_sent(depot: Depot):
    poisoned = padded(5)
    assert read(poisoned, KEY.verify_key).number == 5
    with pytest.raises(OrderError, match="it is too long to be brought"):
        async with depot.database.transaction() as transaction:
            await courier.put(transaction, command(5), poisoned)
    assert depot.states() == []


async def test_one_in_the_store_that_cannot_be_wrapped_up_keeps_no_other_back(
    depot: Depot,
):
    depot.hear(OTHER, 1)
    await depot.put(command(5), command(6), command(7, OTHER))
    depot.owner.execute(
        "update store.command set said = %s where number = 5", [padded(5).said]
    )
    assert await depot.bring() == [(f"{OTHER}-1", 7)]
    assert await depot.bring() == [(f"{DEVICE}-2", 6)]
    assert (5, "refused", "unfit") in depot.states()


async def test_who_sends_one_is_in_the_audit_and_who_is_refused_left_no_row(
    depot: Depot,
):
    await depot.put(command(5, order=Arm("night")))
    with pytest.raises(OrderError):
        await depot.put(command(5))
    noted = depot.owner.execute(
        "select actor, verb, object, subject, reason from store.audit"
        " where object like 'command:%'"
    ).fetchall()
    place = "site:haven"
    about = f"command:{DEVICE}/5"
    assert noted == [("command:fleet send", "change", about, place, "arm")]


async def test_a_command_that_is_in_the_store_cannot_be_changed_there(depot: Depot):
    await depot.put(command(5))
    for change in (
        "update store.command set said = ''",
        "update store.command set signature = ''",
        "update store.command set number = 9",
        "update store.command set expires = now()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_collector(depot, change)


def as_collector(depot: Depot, text: str) -> None:
    with depot.owner.transaction():
        depot.owner.execute("set local role wachtpost_collector")
        depot.owner.execute(text.encode())


async def test_every_state_has_its_words_in_the_list(depot: Depot):
    await depot.put(command(1), command(2), command(3), command(4))
    await depot.say(obeyed(1), refused("not_done", 2))
    depot.owner.execute("update store.command set expires = now() where number = 3")
    async with depot.database.transaction() as transaction:
        listed = await courier.listed(transaction)
    assert {row["number"]: row["state"] for row in listed} == {
        1: "obeyed",
        2: "refused (not_done)",
        3: "expired, brought 0 times",
        4: "waiting, brought 0 times",
    }
