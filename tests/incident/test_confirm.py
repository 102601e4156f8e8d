"""An alarm and a loss within half an hour of each other are one confirmed incident."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.database import Database
from collector.incident.confirm import APART, confirming, window
from collector.incident.weigh import Case, Known, sort_out
from collector.intake.row import EventRow
from tests.collector.databases import Role
from tests.incident.ruling import Owner, judged, log_of, messages, resolve, steps
from tests.incident.stage import (
    KIT,
    NOW,
    OTHER,
    alarm,
    clear,
    door,
    inventory,
    look,
    panic,
    row,
)

HALF_AN_HOUR = 30 * 60
INCIDENTS = """
    select cause, rule, state, outcome, confirmed is not null,
           (select array_agg(kind order by kind) from store.incident_record r
             where r.incident = i.incident)
      from store.incident i order by state = 'resolved', incident"""
ONE = ("intrusion", "alarm", "open", None, True, ["alarm.raised", "path.lost"])


def loss(seq: int, kind: str = "path.lost", unheard_s: float = 0, **more: Any):
    return row(kind, seq, data={"unheard_s": unheard_s}, **more)


def case(*rows: EventRow) -> Case:
    (only,) = sort_out(rows, inventory())[0]
    return only


def known(of: EventRow, incident: int = 7) -> Known:
    return Known(
        incident,
        stands=True,
        unit=of.unit,
        device=of.device,
        run=of.run,
        lane=of.lane,
        seq=of.seq,
        at=of.at,
        kind=of.kind,
        sensor=of.sensor,
        zone=of.zone,
        data=of.data,
    )


@pytest.mark.parametrize(
    ("seconds", "together"),
    [
        (0, True),
        (HALF_AN_HOUR, True),
        (-HALF_AN_HOUR, True),
        (HALF_AN_HOUR + 1, False),
        (-HALF_AN_HOUR - 1, False),
    ],
)
def test_half_an_hour_is_the_most_that_lies_between_a6(seconds: int, together: bool):  # noqa: FBT001  # a row of the table
    one, other = alarm(0), loss(seconds)
    assert bool(confirming(case(one), [known(other)])) is together
    assert bool(confirming(case(other), [known(one)])) is together


def test_a_loss_counts_from_when_something_was_heard_last():
    lost = loss(HALF_AN_HOUR + 80, unheard_s=90)
    assert confirming(case(alarm(0)), [known(lost)])
    assert confirming(case(lost), [known(alarm(0))])


@given(
    at=st.integers(-4000, 4000),
    lost=st.integers(-4000, 4000),
    unheard=st.integers(0, 3000),
)
def test_which_of_the_two_is_known_first_never_matters(at, lost, unheard):
    one, other = alarm(at), loss(lost, unheard_s=unheard)
    found = bool(confirming(case(one), [known(other)]))
    assert found is bool(confirming(case(other), [known(one)]))
    apart = max(lost - unheard - at, at - lost)
    assert found is (timedelta(seconds=apart) <= APART)


@pytest.mark.parametrize("other", [panic(1, silent=False), door(1), row("camera.lost")])
def test_what_is_neither_alarm_nor_loss_looks_for_nothing(other: EventRow):
    assert window(case(other)) is None
    assert confirming(case(other), [known(alarm(1)), known(loss(1))]) == ()


def test_two_alarms_or_two_losses_do_not_confirm_each_other():
    assert confirming(case(alarm(1)), [known(alarm(2))]) == ()
    assert confirming(case(loss(1)), [known(loss(2, "device.silent"))]) == ()


async def test_a_loss_after_an_alarm_joins_it_and_confirms_it_a6(
    world: Owner, collector: Database
):
    (first,) = await judged(collector, alarm(1))
    assert await judged(collector, loss(HALF_AN_HOUR)) == [first]
    assert look(world, INCIDENTS) == [ONE]
    assert [what for what, _ in log_of(world, first)] == [
        "opened",
        "joined",
        "confirmed",
    ]


async def test_an_alarm_after_a_loss_takes_its_incident_over_a6(
    world: Owner, collector: Database
):
    (lost,) = await judged(collector, loss(1))
    (found,) = await judged(collector, alarm(HALF_AN_HOUR))
    assert look(world, INCIDENTS) == [
        ONE,
        ("blind", "blind", "resolved", "itself", False, ["path.lost"]),
    ]
    assert log_of(world, lost)[-1] == (
        "ended",
        {"reason": "goes_on", "incident": found},
    )
    assert log_of(world, found)[-1][1]["incident"] == lost
    assert look(world, "select min(occurred) from store.incident") == [
        (NOW + timedelta(seconds=1),)
    ]


async def test_what_stands_is_found_behind_much_that_is_over(
    world: Owner, collector: Database
):
    (old,) = await judged(collector, *map(alarm, range(120)))
    resolve(world, old)
    (standing,) = await judged(collector, alarm(200))
    assert await judged(collector, loss(300)) == [standing]
    assert look(world, INCIDENTS)[0] == ONE


async def test_a_loss_that_came_back_goes_on_in_the_alarm_as_well_a6(
    world: Owner, collector: Database
):
    back = row("path.restored", 2)
    (lost,) = await judged(collector, loss(1))
    await judged(collector, back)
    (found,) = await judged(collector, alarm(300))
    kinds = ["path.lost", "path.restored"]
    assert look(world, INCIDENTS) == [
        (*ONE[:5], ["alarm.raised", *kinds]),
        ("blind", "blind", "resolved", "itself", False, kinds),
    ]
    goes_on = {"reason": "goes_on", "incident": found}
    assert log_of(world, lost)[-1] == ("ended", goes_on)


async def test_both_in_one_batch_are_one_incident_a6(world: Owner, collector: Database):
    for order in ([loss(1), alarm(2)], [alarm(2), loss(1)]):
        clear(world)
        await judged(collector, *order)
        assert look(world, INCIDENTS) == [ONE]


async def test_a_second_more_than_half_an_hour_is_two_incidents_a6(
    world: Owner, collector: Database
):
    await judged(collector, alarm(0))
    await judged(collector, loss(HALF_AN_HOUR + 1))
    found = look(world, INCIDENTS)
    assert [(cause, confirmed) for cause, _, _, _, confirmed, _ in found] == [
        ("intrusion", False),
        ("blind", False),
    ]


async def test_another_place_confirms_nothing(world: Owner, collector: Database):
    await judged(collector, alarm(1), loss(1, site=OTHER), loss(2, site=KIT))
    assert [one[4] for one in look(world, INCIDENTS)] == [False] * 3


async def test_an_alarm_stays_what_it_is(world: Owner, collector: Database):
    (incident,) = await judged(collector, alarm(1))
    before = look(world, "select rule, priority, title from store.incident")
    todo = steps(world, incident)
    await judged(collector, loss(2, "device.silent"))
    assert look(world, "select rule, priority, title from store.incident") == before
    assert steps(world, incident) == todo


async def test_whoever_has_it_is_told_that_it_is_confirmed_once(
    world: Owner, collector: Database
):
    (incident,) = await judged(collector, alarm(1))
    for seq in (2, 3):
        await judged(collector, loss(seq))
    told = {who for which, who, why in messages(world) if why == "confirmed"}
    assert told == {"coordinator-noord", "desk-noord"}
    assert [what for what, _ in log_of(world, incident)].count("confirmed") == 1


async def test_an_alarm_that_opens_confirmed_is_told_as_one_message(
    world: Owner, collector: Database
):
    (lost,) = await judged(collector, loss(1))
    (found,) = await judged(collector, alarm(2))
    assert {(which, why) for which, _, why in messages(world)} == {
        (lost, "opened"),
        (lost, "ended"),
        (found, "opened"),
    }


async def test_a_loss_that_somebody_closed_confirms_all_the_same_a6(
    world: Owner, collector: Database
):
    (lost,) = await judged(collector, loss(1))
    resolve(world, lost)
    await judged(collector, alarm(2))
    assert look(world, INCIDENTS) == [
        ONE,
        ("blind", "blind", "resolved", "false", False, ["path.lost"]),
    ]


async def test_an_alarm_that_somebody_closed_is_not_opened_again(
    world: Owner, collector: Database
):
    (first,) = await judged(collector, alarm(1))
    resolve(world, first)
    await judged(collector, loss(2))
    (blind, closed) = look(world, INCIDENTS)
    assert blind == ("blind", "blind", *ONE[2:])
    assert (closed[0], closed[2], closed[4]) == ("intrusion", "resolved", False)


async def test_a_loss_that_others_joined_is_not_ended(
    world: Owner, collector: Database
):
    await judged(collector, loss(1), row("camera.lost", 2, sensor=5, zone=1))
    await judged(collector, alarm(3))
    found = look(world, INCIDENTS)
    assert [(one[0], one[2], one[4]) for one in found] == [
        ("blind", "open", False),
        ("intrusion", "open", True),
    ]


async def test_beside_a_silent_call_a_confirmed_alarm_stays_silent(
    world: Owner, collector: Database
):
    await judged(collector, loss(1))
    await judged(collector, panic(2, silent=True))
    await judged(collector, alarm(3))
    standing = look(
        world, "select cause, silent from store.incident where state <> 'resolved'"
    )
    assert sorted(standing) == [("intrusion", True), ("panic", True)]


async def test_a_press_that_comes_later_silences_a_confirmed_alarm(
    world: Owner, collector: Database
):
    await judged(collector, loss(1), alarm(2))
    await judged(collector, panic(3, silent=True))
    assert set(look(world, "select silent from store.incident")) == {(True,)}


@pytest.fixture
async def second(
    world: Owner, database_url: Callable[[Role], str]
) -> AsyncIterator[Database]:
    """Give the connection of another collector."""
    assert not world.closed
    async with Database.open(database_url("wachtpost_collector"), "second") as database:
        yield database


async def test_two_collectors_at_once_confirm_a_hundred_pairs_of_a_hundred_a6(
    world: Owner, collector: Database, second: Database
):
    wrong = []
    for number in range(100):
        clear(world)
        await asyncio.gather(
            judged(collector, alarm(number)), judged(second, loss(number + 1))
        )
        standing = [one for one in look(world, INCIDENTS) if one[2] != "resolved"]
        if standing != [ONE]:
            wrong.append((number, standing))
    assert wrong == []
