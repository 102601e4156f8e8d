"""An incident is its owner's for as long as he does something about it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from collector.database import Database, Transaction
from collector.incident import life
from collector.incident.errors import AlreadyTakenError
from collector.incident.life import ToPerson, ToRole
from tests.incident.duty import (
    escalator,
    incident,
    judged,
    noted,
    steps,
    told,
)
from tests.incident.stage import NOW, alarm, look, row

DESK, COORDINATOR, DEPUTY = "desk-noord", "coordinator-noord", "deputy-noord"
MORNING = NOW.replace(hour=7, minute=0, second=0)  # 08:00 on the clock of Noord
Act = Callable[[Transaction, int, Any], Awaitable[object]]


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


async def act(
    dashboard: Database, who: str, what: Act, number: int, seconds: float
) -> object:
    async with dashboard.transaction(asker=who) as transaction:
        return await what(transaction, number, after(seconds))


async def tick(transaction: Transaction, number: int, now: Any) -> object:
    return await life.tick_step(transaction, number, "look", now)


async def untick(transaction: Transaction, number: int, now: Any) -> None:
    await life.untick_step(transaction, number, "look", now)


async def test_a_taken_urgent_incident_is_its_owners_for_a_quarter_of_an_hour(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 10)
    assert incident(world) == ("acknowledged", DESK, 1, 910)
    await escalator(collector).look(after(909))
    assert incident(world)[:2] == ("acknowledged", DESK)


async def test_what_needs_attention_is_his_for_an_hour_and_a_notice_for_ever(
    world, collector, dashboard
):
    (number,) = await judged(collector, row("tamper.opened", sensor=3))
    await act(dashboard, DESK, life.take, number, 0)
    assert incident(world)[3] == 3600
    world.execute("truncate store.incident cascade")
    (number,) = await judged(collector, row("device.silent"))
    await act(dashboard, COORDINATOR, life.take, number, 0)
    await escalator(collector).look(after(10**6))
    assert incident(world) == ("acknowledged", COORDINATOR, 1, None)


async def test_a_unit_may_give_less_time(world, collector, dashboard):
    world.execute("update store.unit set policy = '{\"hold_urgent_s\": 120}'")
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 10)
    assert incident(world)[3] == 130


async def test_past_its_time_it_is_given_back_and_a_new_round_begins(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    await act(dashboard, COORDINATOR, life.take, number, 10)

    await escalator(collector).look(after(910))

    assert incident(world) == ("open", None, 2, None)
    ((what, data),) = noted(world, "lapsed")
    assert (what, data["from_person"]) == ("lapsed", COORDINATOR)
    assert told(world, "lapsed-2") == [COORDINATOR, DESK], "he, and who is on duty"
    assert [s[:3] for s in steps(world)][3:] == [
        (2, 1, 970),
        (2, 2, 1030),
        (2, 3, 1090),
    ]
    await escalator(collector).look(after(970))
    assert told(world, "escalated-2-1") == [DEPUTY, DESK]


@pytest.mark.parametrize("did", [tick, life.hold])
async def test_each_act_of_the_owner_draws_it_out(world, collector, dashboard, did):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    await act(dashboard, DESK, did, number, 800)
    assert incident(world)[3] == 1700
    await escalator(collector).look(after(1699))
    assert incident(world)[0] == "acknowledged"
    await escalator(collector).look(after(1700))
    assert incident(world)[0] == "open"


async def test_taking_a_tick_back_is_an_act_as_well(world, collector, dashboard):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    await act(dashboard, DESK, tick, number, 100)
    await act(dashboard, DESK, untick, number, 300)
    assert incident(world)[3] == 1200


async def test_what_a_colleague_does_draws_nothing_out(world, collector, dashboard):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    await act(dashboard, DEPUTY, tick, number, 800)
    assert incident(world)[3] == 900


async def test_to_be_still_on_it_is_said_in_the_log(world, collector, dashboard):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    taken = await act(dashboard, DESK, life.hold, number, 800)
    assert taken == life.Taken(number, DESK, NOW)
    assert [what for what, _ in noted(world, "held")] == ["held"]


async def test_who_is_still_on_it_a_moment_too_late_takes_it_again(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    await escalator(collector).look(after(900))
    await act(dashboard, DESK, life.hold, number, 901)
    assert incident(world) == ("acknowledged", DESK, 2, 1801)


async def test_who_is_still_on_what_another_has_is_told_who(collector, dashboard):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    with pytest.raises(AlreadyTakenError) as caught:
        await act(dashboard, DEPUTY, life.hold, number, 10)
    assert (caught.value.by, caught.value.role) == (DESK, "desk")


async def test_a_colleague_to_whom_it_goes_has_the_whole_time(
    world, collector, dashboard
):
    async def give(transaction: Transaction, number: int, now: Any) -> None:
        await life.hand_over(transaction, number, ToPerson(DEPUTY), now)

    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    await act(dashboard, DESK, give, number, 600)
    assert incident(world) == ("acknowledged", DEPUTY, 1, 1500)


async def test_a_role_to_which_it_goes_has_no_time_but_a_deadline(
    world, collector, dashboard
):
    async def give(transaction: Transaction, number: int, now: Any) -> None:
        await life.hand_over(transaction, number, ToRole("control_room"), now)

    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    await act(dashboard, DESK, give, number, 600)
    assert incident(world) == ("open", None, 2, None)


async def test_two_collectors_take_it_back_once(world, collector, dashboard):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    for _ in range(2):
        await escalator(collector).look(after(900))
    assert len(noted(world, "lapsed")) == 1
    assert incident(world)[2] == 2


async def test_nobody_gives_himself_more_time_than_the_unit_does(
    world, collector, dashboard, database_url
):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    set_by_hand = (
        "update store.incident set taken_until = '9000-01-01Z'",
        "update store.incident set round = 9",
    )
    for trick in set_by_hand:
        with psycopg.connect(database_url("wachtpost_dashboard")) as thief:
            thief.execute("select set_config('wachtpost.person', 'desk-noord', true)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                thief.execute(trick.encode())
    with psycopg.connect(database_url("wachtpost_dashboard")) as thief:
        thief.execute("select set_config('wachtpost.person', 'desk-noord', true)")
        thief.execute("update store.incident set changed = '9000-01-01Z'")
    (most,) = look(
        world, "select taken_until <= now() + interval '15 min' from store.incident"
    )
    assert most == (True,)


async def test_the_collector_takes_nothing_from_an_owner_whose_time_is_not_over(
    world, collector, dashboard, database_url
):
    (number,) = await judged(collector, alarm())
    await act(dashboard, DESK, life.take, number, 0)
    for trick in (
        "update store.incident set state = 'open', owner = null, changed = %s",
        "update store.incident set owner = 'case-manager-noord', changed = %s",
        "update store.incident set owner = 'desk-zuid', changed = %s",
    ):
        with (
            psycopg.connect(database_url("wachtpost_collector")) as wrong,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            wrong.execute(trick.encode(), [after(100)])
    assert incident(world)[:2] == ("acknowledged", DESK)


async def test_at_shift_change_it_goes_to_who_comes_on_duty(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    seconds = (MORNING - NOW).total_seconds()
    await act(dashboard, DESK, life.take, number, seconds - 300)
    await escalator(collector).look(after(seconds - 1))
    assert incident(world)[1] == DESK

    await escalator(collector).look(MORNING)

    assert incident(world) == ("acknowledged", COORDINATOR, 1, seconds + 900)
    ((_, data),) = noted(world, "shift_changed")
    assert data["from_person"] == DESK
    assert data["to_person"] == COORDINATOR
    assert told(world, "shift_changed") == [COORDINATOR]
    await escalator(collector).look(MORNING + timedelta(seconds=1))
    assert len(noted(world, "shift_changed")) == 1


async def test_a_shift_change_that_no_collector_saw_is_made_up_for(
    world, collector, dashboard
):
    (number,) = await judged(collector, row("tamper.opened", sensor=3))
    seconds = (MORNING - NOW).total_seconds()
    await act(dashboard, DESK, life.take, number, seconds - 300)
    await escalator(collector).look(after(seconds + 1800))
    assert incident(world)[:2] == ("acknowledged", COORDINATOR)


async def test_who_is_no_part_of_the_roster_keeps_it_at_shift_change(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    seconds = (MORNING - NOW).total_seconds()
    await act(dashboard, COORDINATOR, life.take, number, seconds - 300)
    await escalator(collector).look(MORNING)
    assert incident(world)[1] == COORDINATOR
    assert noted(world, "shift_changed") == []


async def test_who_came_on_but_does_nothing_loses_it_like_anybody(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    seconds = (MORNING - NOW).total_seconds()
    await act(dashboard, DESK, life.take, number, seconds - 300)
    await escalator(collector).look(MORNING)
    await escalator(collector).look(MORNING + timedelta(seconds=900))
    assert incident(world) == ("open", None, 2, None)


async def test_an_heir_whom_the_store_does_not_know_leaves_it_where_it_is(
    world, collector, dashboard
):
    (number,) = await judged(collector, alarm())
    seconds = (MORNING - NOW).total_seconds()
    await act(dashboard, DESK, life.take, number, seconds - 300)
    world.execute("update store.person set removed = now() where person like 'coord%'")
    await escalator(collector).look(MORNING)
    assert incident(world)[1] == DESK


async def test_who_comes_on_duty_is_told_once_of_what_still_waits(world, collector):
    await judged(collector, alarm())
    await judged(collector, row("device.silent", 2))  # a notice: nobody is woken
    for moment in (MORNING - timedelta(seconds=1), MORNING, MORNING, MORNING):
        await escalator(collector).look(moment)
    assert told(world, "shift_begun") == [COORDINATOR]
    ((_, data),) = noted(world, "shift_changed")
    assert data["to_person"] == COORDINATOR
    evening = MORNING.replace(hour=19)  # 20:00 on the clock of Noord
    await escalator(collector).look(evening)
    assert told(world, "shift_begun") == [COORDINATOR, DESK]


async def test_what_began_in_his_own_shift_is_not_told_as_a_shift_change(
    world, collector
):
    await judged(collector, alarm())
    await escalator(collector).look(after(3600))
    assert noted(world, "shift_changed") == []
