"""From an incident to the alarm receiving centre, on a real one and a real store."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.database import Database
from collector.incident import life
from collector.incident.exercise import begin_next
from collector.incident.judge import judge
from collector.metrics import Health
from collector.notify import dc09
from collector.notify.receiver import Receiver, ReceiverSettings
from collector.notify.signal import LOST_MOST, Signaller
from tests.collector.waiting import until
from tests.incident.sending import Clock, judged, told
from tests.incident.stage import KIT as KIT_SITE
from tests.incident.stage import NOW, OTHER, alarm, inventory, look, panic, row
from tests.notify.centre import (
    HOUSE,
    KIT,
    Centre,
    accounts,
    open_centre,
    open_other,
)


@pytest.fixture
def health() -> Health:
    return Health()


def signaller(
    database: Database,
    health: Health,
    port: int,
    clock: Callable[[], datetime],
    answer_s: float = 5,
) -> Signaller:
    settings = ReceiverSettings((("127.0.0.1", port),), answer_s=answer_s)
    return Signaller(database, Receiver(settings, clock), clock, health)


@pytest.fixture
def sending(
    collector: Database, centre: Centre, clock: Clock, health: Health
) -> Signaller:
    return signaller(collector, health, centre.port, clock)


async def drain(sending: Signaller) -> int:
    count = 0
    while await sending.one():
        count += 1
    return count


def signals(owner: Any) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select account, kind, ends, code, sequence, sent is not null, trouble"
        " from store.signal order by signal",
    )


async def resolve(
    dashboard: Database, incident: int, outcome: life.Outcome, world: Any
) -> None:
    world.execute("update store.incident_step set mandatory = false")
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.resolve(transaction, incident, outcome, "x", NOW)


async def test_a_panic_is_told_at_once_and_the_log_says_so(
    world, collector, sending, centre
):
    await judged(collector, panic(silent=False))
    assert await drain(sending) == 1

    assert centre.codes == [(HOUSE, "PA")]
    assert signals(world) == [(HOUSE, "panic.pressed", False, "PA", 1, True, None)]
    (entry,) = look(
        world,
        "select person, data from store.incident_log where what = 'told'",
    )
    assert entry[0] is None
    assert entry[1]["role"] == "control_room"
    assert entry[1]["channel"] == "receiver"


@pytest.mark.parametrize("taken", [False, True])
async def test_a_panic_is_there_within_5_s_whoever_takes_it(
    world, collector, dashboard, health, taken
):
    """The whole way in real time: judged, put down, woken, sent, accepted."""
    async with open_centre(accounts(HOUSE)) as centre:
        sending = signaller(collector, health, centre.port, lambda: datetime.now(UTC))
        running = asyncio.create_task(sending.run())
        await until(lambda: look(world, "select from store.receiver_line"))
        began = time.monotonic()
        (incident,) = await judged(collector, panic(silent=False))
        if taken:
            async with dashboard.transaction(asker="desk-noord") as transaction:
                await life.take(transaction, incident, NOW)
        await until(lambda: centre.codes, 5)
        lasted = time.monotonic() - began
        running.cancel()
        await asyncio.wait([running])
    assert centre.codes == [(HOUSE, "PA")]
    assert lasted < 5


async def test_without_its_transaction_there_is_no_signal(world, collector, sending):
    class UndoneError(Exception):
        pass

    async def undo() -> None:
        async with collector.transaction() as transaction:
            await judge(transaction, inventory(), [panic(silent=False)], NOW)
            raise UndoneError

    with pytest.raises(UndoneError):
        await undo()
    assert signals(world) == []
    assert not await sending.one()


async def test_a_silent_panic_of_a_home_is_a_hold_up_without_a_room(
    collector, sending, centre
):
    await judged(collector, panic(silent=True, site=KIT_SITE, zone=1))
    await drain(sending)

    assert centre.codes == [(KIT, "HA")]
    assert centre.events[0].message == "000"


async def test_of_a_station_the_zone_is_told(collector, sending, centre):
    await judged(collector, panic(silent=False, zone=2))
    await drain(sending)
    assert centre.events[0].message == "002"


async def test_the_centre_hears_of_nothing_that_is_not_the_control_rooms(
    collector, sending, centre
):
    await judged(collector, alarm(), row("tamper.opened", 2, sensor=3))
    assert not await sending.one()
    assert centre.events == []


async def test_a_place_without_an_account_is_told_to_people_alone(
    world,
    collector,
):
    await judged(collector, panic(silent=False, site=OTHER))
    assert signals(world) == []
    assert look(world, "select count(*) > 0 from store.message") == [(True,)]


async def test_what_is_handed_over_is_told(collector, dashboard, sending, centre):
    (incident,) = await judged(collector, alarm())
    async with dashboard.transaction(asker="desk-noord") as transaction:
        to = life.ToRole("control_room")
        await life.hand_over(transaction, incident, to, NOW)
    await drain(sending)
    assert centre.codes == [(HOUSE, "BA")]


@pytest.mark.parametrize("end", [("real", "PR"), ("false", "OC"), ("nuisance", "OC")])
async def test_that_it_is_over_is_told_by_what_it_was(
    world, dashboard, sending, centre, end
):
    outcome, code = end
    (incident,) = await judged(sending._database, panic(silent=False))
    await drain(sending)
    await resolve(dashboard, incident, outcome, world)
    await drain(sending)
    assert centre.codes == [(HOUSE, "PA"), (HOUSE, code)]
    assert [one.sequence for one in centre.events] == ["0001", "0002"]


async def test_the_end_waits_for_the_beginning(
    world, collector, dashboard, sending, clock
):
    (incident,) = await judged(collector, panic(silent=False))
    world.execute("update store.signal set next_try = %s", [NOW + timedelta(hours=1)])
    await resolve(dashboard, incident, "real", world)
    assert not await sending.one()
    clock.on(hours=1)
    assert await drain(sending) == 2
    # Nobody drives out for what was over before anybody was told.
    assert [one[5:] for one in signals(world)] == [(False, "nothing to tell")] * 2
    assert told(world) == []


async def test_one_that_proves_to_be_silent_is_told_again(collector, sending, centre):
    await judged(collector, panic(silent=False))
    await drain(sending)
    await judged(collector, panic(2, silent=True))
    await drain(sending)
    assert centre.codes == [(HOUSE, "PA"), (HOUSE, "HA")]


async def test_another_kind_is_told_and_the_same_is_not(
    collector, dashboard, sending, centre
):
    (incident,) = await judged(collector, alarm())
    async with dashboard.transaction(asker="desk-noord") as transaction:
        to = life.ToRole("control_room")
        await life.hand_over(transaction, incident, to, NOW)
    await judged(collector, alarm(2))
    await judged(collector, row("contact.opened", 3, sensor=2, zone=2))
    await drain(sending)
    # A door is a burglary as well: told already.
    assert centre.codes == [(HOUSE, "BA")]


async def test_two_collectors_tell_it_once(collector, centre, clock, health):
    both = [signaller(collector, health, centre.port, clock) for _ in range(2)]
    await judged(collector, panic(silent=False), panic(silent=True, site=KIT_SITE))
    await asyncio.gather(*(drain(one) for one in both))
    assert sorted(centre.codes) == [(HOUSE, "PA"), (KIT, "HA")]


async def test_one_that_dies_between_is_followed_with_the_same_number(
    world, collector, sending, centre, clock
):
    """Killed after the centre accepted it: the next one says it again, as itself."""
    await judged(collector, panic(silent=False))
    dying = asyncio.create_task(sending.one())
    await centre.rang.wait()
    dying.cancel()
    await asyncio.wait([dying])
    world.execute("update store.signal set sent = null")
    assert not await sending.one()  # its lease holds
    clock.on(seconds=31)
    world.execute("update store.signal set leased_until = %s", [NOW])
    assert await drain(sending) == 1
    assert [one.sequence for one in centre.events] == ["0001", "0001"]
    assert signals(world)[0][5]


async def test_what_is_not_understood_is_given_up_and_said_loudly(
    world, collector, clock, health
):
    def refuse(raw: bytes) -> bytes:

        number = raw.partition(b'DCS"')[2][:4]
        body = b'"DUH"%sR0L0#1A2B[]' % number
        return b"\n%04X%04X%s\r" % (dc09.checksum(body), len(body), body)

    async with open_other(refuse) as (port, heard):
        sending = signaller(collector, health, port, clock)
        await judged(collector, panic(silent=False))
        await drain(sending)
        clock.on(hours=1)
        assert not await sending.one()
    assert len(heard) == 1
    assert told(world) == [("not_told", None, "answered DUH")]


async def test_silence_is_followed_by_another_attempt(world, collector, clock, health):
    async with open_other(lambda _: None) as (port, heard):
        sending = signaller(collector, health, port, clock, answer_s=0.1)
        await judged(collector, panic(silent=False))
        assert await drain(sending) == 1
        clock.on(seconds=2)
        assert await drain(sending) == 1
        assert len(heard) == 2
        assert signals(world)[0][4:] == (1, False, "no answer")
    async with open_centre(accounts(HOUSE, band=None)) as centre:
        clock.on(seconds=10)
        await drain(signaller(collector, health, centre.port, clock))
        assert [one.sequence for one in centre.events] == ["0001"]
    assert told(world) == [("told", None, None)]


async def test_after_a_day_of_silence_it_is_given_up(world, collector, clock, health):
    async with open_other(lambda _: None) as (port, _):
        sending = signaller(collector, health, port, clock, answer_s=0.05)
        await judged(collector, panic(silent=False))
        clock.on(hours=25)
        await drain(sending)
    assert told(world) == [("not_told", None, "no answer")]


async def test_a_place_whose_line_hangs_holds_no_other_up(world, collector, health):
    """The house is never answered; the kit is, meanwhile."""

    def answer(raw: bytes) -> bytes | None:
        if HOUSE.encode() in raw:
            return None
        number = raw.partition(b'DCS"')[2][:4] or b"0000"
        body = b'"ACK"%sR0L0#%s[]' % (number, KIT.encode())
        return b"\n%04X%04X%s\r" % (dc09.checksum(body), len(body), body)

    async with open_other(answer) as (port, _):
        sending = signaller(
            collector, health, port, lambda: datetime.now(UTC), answer_s=30
        )
        running = asyncio.create_task(sending.run())
        await judged(collector, panic(silent=False))
        await judged(collector, panic(2, silent=True, site=KIT_SITE))
        await until(lambda: [one for one in signals(world) if one[5]], 5)
        running.cancel()
        await asyncio.wait([running])
    assert [one[0] for one in signals(world) if one[5]] == [KIT]


async def test_an_exercise_is_a_manual_test_and_nothing_else_a4(
    world, collector, sending, centre, clock
):
    clock.now = datetime.now(UTC) + timedelta(minutes=1)  # it begins by the store's
    world.execute(
        "insert into store.exercise (unit, site, rule, person)"
        " values ('noord', 'haven', 'panic', 'coordinator-noord')"
    )
    assert await begin_next(collector, inventory())
    await drain(sending)
    world.execute(
        "update store.incident set state = 'resolved', owner = 'desk-noord',"
        " resolved = now(), outcome = 'exercise', sentence = 'x'"
    )
    await drain(sending)
    assert centre.codes == [(HOUSE, "RX")]


async def test_numbers_begin_again_after_9999(world, collector, sending, centre):
    await judged(collector, panic(silent=False))
    world.execute(
        "insert into store.receiver_line (account, unit, sequence, next_ask)"
        " values (%s, 'noord', 9999, now())",
        [HOUSE],
    )
    await drain(sending)
    assert centre.events[0].sequence == "0001"


async def test_three_questions_without_an_answer_are_a_lost_line(
    world, collector, clock, health
):
    async with open_other(lambda _: None) as (port, heard):
        sending = signaller(collector, health, port, clock, answer_s=0.05)
        for asked in range(LOST_MOST):
            assert "receiver" not in health.troubles, asked
            assert await sending.ask() == 2
            assert await sending.ask() == 0  # not before a minute is over
            clock.on(seconds=60)
        assert health.troubles["receiver"] == "nobody answers on 2 of 2 lines"
        assert len(heard) == 2 * LOST_MOST
    attention = "select sort, unit from store.attention"
    assert look(world, attention) == [("receiver_lost", "noord")]

    async with open_centre(accounts(HOUSE, KIT, band=None)) as centre:
        sending = signaller(collector, health, centre.port, clock)
        clock.on(seconds=60)
        await sending.ask()
        assert sorted(str(one.account) for one in centre.events) == [HOUSE, KIT]
    assert health.troubles == {}


async def test_a_line_that_comes_and_goes_is_not_lost(collector, clock, health):
    async with open_centre(accounts(HOUSE, KIT, band=None)) as centre:
        well = signaller(collector, health, centre.port, clock)
        async with open_other(lambda _: None) as (port, _):
            ill = signaller(collector, health, port, clock, answer_s=0.05)
            for one in (ill, ill, well, ill, ill):
                await one.ask()
                clock.on(seconds=60)
    assert "receiver" not in health.troubles


async def test_of_two_collectors_one_asks(collector, clock, health, centre):
    both = [signaller(collector, health, centre.port, clock) for _ in range(2)]
    await asyncio.gather(*(one.ask() for one in both))
    assert sorted(str(one.account) for one in centre.events) == [HOUSE, KIT]


async def test_an_account_that_is_gone_is_not_asked(world, sending):
    await sending.ask()
    world.execute("update store.site set account = null where site = 'haven'")
    await sending.ask()
    assert look(world, "select account from store.receiver_line") == [(KIT,)]


async def test_a_clock_that_is_off_is_told_by_health(world, collector, health):
    async with open_centre(accounts(HOUSE, KIT)) as centre:
        sending = signaller(
            collector,
            health,
            centre.port,
            lambda: datetime.now(UTC) - timedelta(hours=1),
        )
        await sending.ask()
    told = health.troubles["receiver's clock"]
    assert re.search(r"its clock is \+(3599|3600|3601) s off ours", told)
    assert "receiver" not in health.troubles
    assert look(world, "select lost from store.receiver_line") == [(0,), (0,)]
