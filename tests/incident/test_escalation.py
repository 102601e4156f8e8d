"""Where nobody takes an incident it goes on to the next, once, whoever dies."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from collector.database import Database
from collector.incident import escalation, life
from collector.incident.escalator import Escalator, pause
from collector.incident.life import ToRole
from collector.metrics import Health
from sites.roster import Duty
from tests.collector.databases import Role
from tests.collector.waiting import until
from tests.incident.duty import (
    WORLD,
    escalate,
    escalator,
    incident,
    judged,
    noted,
    steps,
    told,
    with_roster,
)
from tests.incident.stage import NOW, alarm, door, look, panic, row


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
async def other(
    database_url: Callable[[Role], str],
) -> AsyncIterator[Database]:
    """Give the same database as a second collector opens it."""
    async with Database.open(database_url("wachtpost_collector"), "two") as database:
        yield database


async def take(dashboard: Database, number: int, who: str, at: Any = NOW) -> None:
    async with dashboard.transaction(asker=who) as transaction:
        await life.take(transaction, number, at)


async def test_urgent_goes_on_at_60_s_and_attention_at_180_s_a7(world, collector):
    await judged(collector, alarm())
    await judged(collector, row("tamper.opened", 2, sensor=3))
    assert steps(world) == [
        *((1, 1, 60, None, None), (1, 2, 120, None, None), (1, 3, 180, None, None)),
        *((1, 1, 180, None, None), (1, 2, 360, None, None)),
    ]
    clock = escalator(collector)
    for second, done in ((59, 0), (60, 1), (119, 1), (120, 2), (179, 2), (180, 4)):
        await clock.look(after(second))
        assert len([s for s in steps(world) if s[3] is not None]) == done, second
    assert [s[3] for s in steps(world)] == [60, 120, 180, 180, None]
    assert await clock.look(after(360)) is None


async def test_the_steps_are_written_by_the_transaction_that_opens(world, collector):
    await judged(collector, alarm())
    assert [s[:3] for s in steps(world)] == [(1, 1, 60), (1, 2, 120), (1, 3, 180)]


async def test_two_collectors_at_once_do_each_step_once_a7(world, collector, other):
    for number in range(1, 6):
        await judged(collector, alarm(number))
        world.execute("update store.incident set cause = 'c' || incident")
    both = [escalator(collector), escalator(other)]
    for second in (60, 120, 180):
        await asyncio.gather(*(one.look(after(second)) for one in both))
    assert len(steps(world)) == 15
    assert all(done is not None for *_, done, _ in steps(world))
    assert len(noted(world, "escalated")) == 15
    assert told(world, "escalated-1-1") == ["deputy-noord"] * 5 + ["desk-noord"] * 5


async def test_a_collector_killed_in_a_step_leaves_it_to_the_other_once_a7(
    world, collector, database_url
):
    await judged(collector, alarm())
    url = database_url("wachtpost_collector")
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.incident.escalate", url, str(after(60))),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await held(world)
        assert not await escalate(collector, after(61)), "it is in other hands"
    finally:
        child.kill()
        await child.wait()
    await gone(world)

    await escalator(collector).look(after(62))

    assert steps(world)[0] == (1, 1, 60, 62, None)
    assert told(world, "escalated") == ["deputy-noord", "desk-noord"]
    assert len(noted(world, "escalated")) == 1


KILLED = """from pg_stat_activity where application_name = 'killed escalator'"""


LISTENS = "select from pg_stat_activity where query ilike 'listen %%'"


async def held(owner: Any) -> None:
    done = f"select {KILLED} and state = 'idle in transaction'"
    last = "and query ilike '%%pg_notify%%' and query_start < now() - interval '1 s'"
    await until(lambda: look(owner, f"{done} {last}"))


async def gone(owner: Any) -> None:
    left = f"select pg_terminate_backend(pid) {KILLED}"
    await until(lambda: not look(owner, left))


async def test_a_restart_does_what_fell_due_meanwhile_and_nothing_again(
    world, collector
):
    await judged(collector, alarm())
    await escalator(collector).look(after(60))
    await escalator(collector).look(after(4000))  # another process, an hour later
    await escalator(collector).look(after(4001))
    assert [s[3] for s in steps(world)] == [60, 4000, 4000]
    assert len(noted(world, "escalated")) == 3


async def test_taking_stops_it(world, collector, dashboard):
    (number,) = await judged(collector, alarm())
    await take(dashboard, number, "desk-noord", after(30))
    await escalator(collector).look(after(500))
    assert [s[3:] for s in steps(world)] == [(None, 30)] * 3
    assert told(world, "escalated") == []


async def test_resolving_stops_it(world, collector, dashboard):
    (number,) = await judged(collector, alarm())
    world.execute("update store.incident_step set mandatory = false")
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.resolve(transaction, number, "false", "Niets.", after(30))
    await escalator(collector).look(after(500))
    assert [s[3:] for s in steps(world)] == [(None, 30)] * 3


async def test_a_step_that_waits_for_a_taker_in_mid_act_is_not_done(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.take(transaction, number, after(59))
        assert not await escalate(collector, after(61))
    assert not await escalate(collector, after(61))
    assert told(world, "escalated") == []


async def test_handing_over_to_a_role_that_nobody_takes_begins_a_new_round(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    await take(dashboard, number, "desk-noord", after(10))
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.hand_over(transaction, number, ToRole("control_room"), after(100))
    clock = escalator(collector)
    await clock.look(after(101))
    assert [s[:3] for s in steps(world)][3:] == [(2, 1, 160), (2, 2, 220), (2, 3, 280)]
    await clock.look(after(160))
    assert told(world, "escalated-2-1") == ["deputy-noord", "desk-noord"]


async def test_handing_an_untaken_incident_around_puts_no_deadline_off(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.hand_over(transaction, number, ToRole("coordinator"), after(59))
    await escalator(collector).look(after(60))
    assert steps(world)[0] == (1, 1, 60, 60, None)


async def test_what_gets_more_urgent_has_the_deadlines_of_the_urgent(world, collector):
    await judged(collector, door())
    assert [s[2] for s in steps(world)] == [180, 360]
    await judged(collector, alarm(2))
    assert [s[:3] for s in steps(world)][2:] == [(2, 1, 60), (2, 2, 120), (2, 3, 180)]
    assert [s[4] for s in steps(world)][:2] == [0, 0]


async def test_a_notice_waits_until_somebody_comes(world, collector):
    await judged(collector, row("device.silent"))
    assert await escalator(collector).look(after(100_000)) is None
    assert steps(world) == []


async def test_the_last_step_puts_it_before_the_control_room(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    await escalator(collector).look(after(180))
    assert told(world, "escalated-1-3") == ["desk-noord", "room"]
    async with dashboard.transaction(asker="room") as transaction:
        await life.take(transaction, number, after(200))
    assert incident(world)[:2] == ("acknowledged", "room")


async def test_help_is_with_the_control_room_at_once_also_when_it_is_taken(
    world, collector, dashboard
):
    (number,) = await judged(collector, panic(silent=False))
    await take(dashboard, number, "desk-noord", NOW)
    assert "room" in told(world, "opened")
    async with dashboard.transaction(asker="room") as transaction:
        ticked = await life.tick_step(transaction, number, "dispatch", NOW)
    assert ticked.by == "room"


async def test_a_unit_without_a_roster_tells_its_desk_and_its_deputy(world, collector):
    without = with_roster(None)
    await judged(collector, alarm(), world=without)
    await escalator(collector, without).look(after(60))
    assert told(world, "escalated-1-1") == ["deputy-noord", "desk-noord"]


@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        (None, (("desk", "deputy"), ())),
        (Duty("ann", "bob", NOW), ((), ("ann", "bob"))),
        (Duty("ann", None, NOW), (("deputy",), ("ann",))),
    ],
)
def test_on_duty_and_stand_in_are_people_where_there_is_a_roster(duty, expected):
    assert escalation.whom(("on_duty", "stand_in"), duty) == expected
    assert escalation.whom(("on_duty", "control_room"), duty)[0][-1] == "control_room"


async def test_somebody_on_duty_who_cannot_be_told_is_in_the_log(world, collector):
    world.execute("update store.person set tell = null where person = 'deputy-noord'")
    await judged(collector, alarm())
    await escalator(collector).look(after(60))
    assert told(world, "escalated") == ["desk-noord"]
    ((_, data),) = noted(world, "not_told")
    assert data["person"] == "deputy-noord"


async def test_a_change_of_the_roster_is_who_is_told(world, collector):
    world.execute(
        "insert into store.roster_change (unit, part, person, since, until, made_by)"
        " values ('noord', 'first', 'coordinator-noord', %s, %s, 'deputy-noord')",
        [after(0), after(600)],
    )
    await judged(collector, alarm())
    await escalator(collector).look(after(60))
    assert told(world, "escalated-1-1") == ["coordinator-noord", "deputy-noord"]
    world.execute(
        "update store.roster_change set withdrawn = now(), withdrawn_by = 'desk-noord'"
    )
    await judged(collector, row("tamper.opened", 2, sensor=3))
    await escalator(collector).look(after(180))
    ((_, *_, data),) = [n for n in noted(world, "escalated") if n[1]["step"] == 1][1:]
    assert data["tells"] == ["on_duty", "stand_in"]
    assert "desk-noord" in told(world, "escalated-1-1")


async def test_incidents_from_before_the_upgrade_get_their_steps(world, collector):
    await judged(collector, alarm())
    world.execute("delete from store.escalation")
    await escalator(collector).look(after(60))
    assert next(s[:4] for s in steps(world)) == (1, 1, 60, 60)


async def test_the_next_look_is_asked_for_when_something_is_due(collector):
    await judged(collector, alarm())
    assert await escalator(collector).look(after(0)) == after(60)
    assert await escalator(collector).look(after(60)) == after(120)


@pytest.mark.parametrize(
    ("due", "rest"),
    [(None, 5), (after(3600), 5), (after(2), 2), (after(0), 0.2), (after(-60), 0.2)],
)
def test_the_rest_until_the_next_look_is_short_and_never_none(due, rest):
    assert pause(NOW, due).total_seconds() == rest


async def test_an_escalator_is_woken_by_what_is_opened(world, collector, monkeypatch):
    monkeypatch.setattr("collector.incident.escalator.POLL", timedelta(hours=1))
    health = Health()
    clock = Escalator(collector, WORLD, lambda: after(60), health)
    running = asyncio.create_task(clock.run())
    try:
        await until(lambda: look(world, LISTENS))
        await judged(collector, alarm())
        await until(lambda: running.done() or noted(world, "escalated"))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert told(world, "escalated-1-1") == ["deputy-noord", "desk-noord"]
    assert health.troubles == {}
