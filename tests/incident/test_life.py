"""What people do with an incident, each from their own side of the walls."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from collector.database import Database, Transaction
from collector.incident import life
from collector.incident.errors import (
    AlreadyResolvedError,
    AlreadyTakenError,
    IncidentUnknownError,
    NobodyThereError,
    SentenceError,
    StepNotYoursError,
    StepsDueError,
    StepUnknownError,
)
from collector.incident.judge import judge
from collector.incident.life import ToPerson, ToRole
from collector.incident.telling import tell_of_hand_overs
from tests.incident.stage import NOW, alarm, inventory, look, panic

LATER = NOW + timedelta(minutes=5)
Act = Callable[[Transaction, int], Awaitable[object]]


@pytest.fixture
async def incident(collector: Database) -> int:
    """Give an open intrusion at a station of Noord."""
    async with collector.transaction() as transaction:
        return (await judge(transaction, inventory(), [alarm()], NOW))[0]


@pytest.fixture
async def help_asked(collector: Database) -> int:
    """Give an open loud panic, which is with the control room."""
    async with collector.transaction() as transaction:
        rows = [panic(silent=False)]
        return (await judge(transaction, inventory(), rows, NOW))[0]


async def take(database: Database, incident: int, who: str) -> life.Taken:
    async with database.transaction(asker=who) as transaction:
        return await life.take(transaction, incident, LATER)


async def hand_over(
    database: Database, incident: int, who: str, to: ToRole | ToPerson
) -> None:
    async with database.transaction(asker=who) as transaction:
        await life.hand_over(transaction, incident, to, LATER)


async def tick(
    database: Database, incident: int, who: str, *steps: str
) -> list[life.Ticked]:
    async with database.transaction(asker=who) as transaction:
        return [
            await life.tick_step(transaction, incident, step, LATER) for step in steps
        ]


async def untick(database: Database, incident: int, who: str, step: str) -> None:
    async with database.transaction(asker=who) as transaction:
        await life.untick_step(transaction, incident, step, LATER)


async def resolve(
    database: Database, incident: int, who: str, sentence: str = "Deur stond open."
) -> None:
    async with database.transaction(asker=who) as transaction:
        await life.resolve(transaction, incident, "false", sentence, LATER)


def state(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return look(owner, "select state, owner, acknowledged from store.incident")


def log_of(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select what, person, at, data from store.incident_log"
        " where person is not null order by entry",
    )


async def test_who_takes_an_incident_is_its_owner(world, dashboard, incident):
    taken = await take(dashboard, incident, "desk-noord")

    assert (taken.by, taken.at) == ("desk-noord", LATER)
    assert state(world) == [("acknowledged", "desk-noord", LATER)]
    assert log_of(world) == [
        ("acknowledged", "desk-noord", LATER, {"role": "desk", "owner_role": "desk"})
    ]


async def test_taking_it_twice_changes_nothing(world, dashboard, incident):
    first = await take(dashboard, incident, "desk-noord")

    assert await take(dashboard, incident, "desk-noord") == first
    assert len(log_of(world)) == 1


async def test_the_second_who_takes_it_is_told_who_was_first(dashboard, incident):
    await take(dashboard, incident, "desk-noord")

    with pytest.raises(AlreadyTakenError) as refused:
        await take(dashboard, incident, "coordinator-noord")

    assert refused.value.by == "desk-noord"
    assert refused.value.role == "desk"
    assert refused.value.since == LATER
    assert str(refused.value) == f"incident {incident}: 'desk-noord' took it already"


async def test_of_two_in_the_same_instant_one_wins_and_the_other_learns_who(
    world, dashboard, incident
):
    everybody = ["desk-noord", "coordinator-noord", "deputy-noord"]

    found = await asyncio.gather(
        *(take(dashboard, incident, who) for who in everybody), return_exceptions=True
    )

    (won,) = [one for one in found if isinstance(one, life.Taken)]
    lost = [one for one in found if isinstance(one, AlreadyTakenError)]
    assert len(lost) == 2
    assert {one.by for one in lost} == {won.by}
    assert {one.role for one in lost} == {won.by.removesuffix("-noord")}
    assert state(world) == [("acknowledged", won.by, LATER)]
    assert len(log_of(world)) == 1


async def test_who_waited_for_the_winner_to_commit_learns_who(
    world, dashboard, incident
):
    async def slow_winner() -> None:
        async with dashboard.transaction(asker="desk-noord") as transaction:
            await life.take(transaction, incident, LATER)
            second = asyncio.create_task(take(dashboard, incident, "deputy-noord"))
            waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
            while not look(world, waiting):  # noqa: ASYNC110  # PostgreSQL tells nobody
                await asyncio.sleep(0)
            losers.append(second)

    losers: list[asyncio.Task[life.Taken]] = []
    await slow_winner()
    with pytest.raises(AlreadyTakenError, match="desk-noord"):
        await losers[0]


ACTS: dict[str, Act] = {
    "take": lambda t, i: life.take(t, i, LATER),
    "to_role": lambda t, i: life.hand_over(t, i, ToRole("desk"), LATER),
    "to_control_room": lambda t, i: life.hand_over(t, i, ToRole("control_room"), LATER),
    "to_person": lambda t, i: life.hand_over(t, i, ToPerson("desk-zuid"), LATER),
    "tick": lambda t, i: life.tick_step(t, i, "look", LATER),
    "untick": lambda t, i: life.untick_step(t, i, "look", LATER),
    "resolve": lambda t, i: life.resolve(t, i, "real", "Iets.", LATER),
}
OUTSIDERS = ["coordinator-zuid", "desk-zuid", "case-manager-noord", "room", "auditor"]


@pytest.mark.parametrize("who", [*OUTSIDERS, "nobody"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_an_outsider_can_do_nothing_and_cannot_tell_that_it_exists(
    world, dashboard, incident, act, who
):
    everything = "select i, (select array_agg(s) from store.incident_step s), \
        (select count(*) from store.incident_log) from store.incident i"
    before = look(world, everything)

    for number in (incident, incident + 1000):
        with pytest.raises(IncidentUnknownError) as refused:
            async with dashboard.transaction(asker=who) as transaction:
                await act(transaction, number)
        assert str(refused.value) == f"incident {number}: there is no such incident"

    assert look(world, everything) == before


async def test_without_anybody_asking_nothing_can_be_done(dashboard, incident):
    with pytest.raises(IncidentUnknownError):
        async with dashboard.transaction() as transaction:
            await life.take(transaction, incident, LATER)


async def test_an_incident_handed_to_a_role_waits_until_somebody_takes_it(
    world, dashboard, incident
):
    await take(dashboard, incident, "coordinator-noord")
    await hand_over(dashboard, incident, "coordinator-noord", ToRole("desk"))

    assert state(world) == [("open", None, None)]
    assert (await take(dashboard, incident, "desk-noord")).by == "desk-noord"
    assert [what for what, *_ in log_of(world)] == [
        "acknowledged",
        "handed_over",
        "acknowledged",
    ]


async def test_an_incident_handed_to_a_colleague_is_theirs(world, dashboard, incident):
    await take(dashboard, incident, "desk-noord")
    to = ToPerson("coordinator-noord")
    await hand_over(dashboard, incident, "desk-noord", to)

    assert state(world) == [("acknowledged", "coordinator-noord", LATER)]
    with pytest.raises(AlreadyTakenError) as refused:
        await take(dashboard, incident, "deputy-noord")
    assert (refused.value.by, refused.value.role) == (
        "coordinator-noord",
        "coordinator",
    )


@pytest.mark.parametrize("person", ["desk-zuid", "case-manager-noord", "room", "x"])
async def test_it_cannot_be_handed_to_who_does_not_see_it(
    world, dashboard, incident, person
):
    with pytest.raises(NobodyThereError):
        await hand_over(dashboard, incident, "desk-noord", ToPerson(person))
    assert state(world) == [("open", None, None)]


async def test_the_control_room_sees_and_takes_what_was_handed_to_it(
    world, dashboard, incident
):
    await hand_over(dashboard, incident, "desk-noord", ToRole("control_room"))

    assert look(world, "select to_control_room from store.incident") == [(True,)]
    assert (await take(dashboard, incident, "room")).by == "room"
    with pytest.raises(AlreadyTakenError) as refused:
        await take(dashboard, incident, "desk-noord")
    assert refused.value.role == "control_room"


async def test_the_control_room_hands_it_back_and_still_sees_it(
    world, dashboard, incident
):
    await hand_over(dashboard, incident, "desk-noord", ToRole("control_room"))
    await take(dashboard, incident, "room")
    await hand_over(dashboard, incident, "room", ToRole("desk"))

    assert state(world) == [("open", None, None)]
    assert (await take(dashboard, incident, "room")).by == "room"


async def test_to_whom_it_was_handed_is_told_once(
    world, collector, dashboard, incident
):
    await hand_over(dashboard, incident, "desk-noord", ToPerson("deputy-noord"))
    await hand_over(dashboard, incident, "deputy-noord", ToRole("control_room"))

    for _ in range(3):
        async with collector.transaction() as transaction:
            await tell_of_hand_overs(transaction, LATER)

    told = look(
        world,
        "select person from store.message where reason like 'handed_over-%%'"
        " order by message",
    )
    assert told == [("deputy-noord",), ("room",)]


async def test_two_collectors_that_tell_of_a_hand_over_at_once_tell_it_once(
    world, collector, dashboard, incident
):
    async def tell_too() -> int:
        async with collector.transaction() as transaction:
            return await tell_of_hand_overs(transaction, LATER)

    await hand_over(dashboard, incident, "desk-noord", ToPerson("deputy-noord"))
    async with collector.transaction() as transaction:
        assert await tell_of_hand_overs(transaction, LATER) == 1
        second = asyncio.create_task(tell_too())
        waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
        while not look(world, waiting):  # noqa: ASYNC110  # PostgreSQL tells nobody
            await asyncio.sleep(0)

    assert await second == 0


async def test_a_step_is_ticked_off_with_person_and_time(world, dashboard, incident):
    (ticked,) = await tick(dashboard, incident, "desk-noord", "look")

    assert (ticked.by, ticked.at) == ("desk-noord", LATER)
    assert look(
        world,
        "select step, done, done_by from store.incident_step where done is not null",
    ) == [("look", LATER, "desk-noord")]
    assert log_of(world) == [
        ("step_done", "desk-noord", LATER, {"role": "desk", "step": "look"})
    ]


async def test_who_ticks_a_step_that_is_done_learns_who_did_it(
    world, dashboard, incident
):
    await tick(dashboard, incident, "desk-noord", "look")
    (again,) = await tick(dashboard, incident, "deputy-noord", "look")

    assert again.by == "desk-noord"
    assert len(log_of(world)) == 1


async def test_a_tick_can_be_taken_back_and_both_stay_in_the_log(
    world, dashboard, incident
):
    await tick(dashboard, incident, "desk-noord", "look")
    await untick(dashboard, incident, "deputy-noord", "look")
    await untick(dashboard, incident, "deputy-noord", "look")

    assert [(what, who) for what, who, *_ in log_of(world)] == [
        ("step_done", "desk-noord"),
        ("step_undone", "deputy-noord"),
    ]
    assert look(
        world, "select count(*) from store.incident_step where done is not null"
    ) == [(0,)]


async def test_a_step_that_it_does_not_have_is_refused(dashboard, incident):
    with pytest.raises(StepUnknownError, match="no step 'dance'"):
        await tick(dashboard, incident, "desk-noord", "dance")


@pytest.mark.parametrize(
    ("role", "of", "with_control_room", "may"),
    [
        ("desk", "desk", False, True),
        ("desk", "coordinator", True, True),
        ("coordinator", "case_manager", False, True),
        ("deputy", "control_room", False, True),
        ("deputy", "control_room", True, False),
        ("control_room", "control_room", True, True),
        ("control_room", "desk", True, False),
        ("auditor", "desk", False, False),
    ],
)
def test_who_may_tick_whose_steps(role, of, with_control_room, may):
    assert life.may_tick(role, of, to_control_room=with_control_room) is may


async def test_the_control_room_ticks_its_own_steps_and_no_others(
    dashboard, help_asked
):
    await tick(dashboard, help_asked, "room", "dispatch")

    with pytest.raises(StepNotYoursError, match="'ring' is for 'desk'"):
        await tick(dashboard, help_asked, "room", "ring")


async def test_the_unit_cannot_tick_what_the_control_room_has_to_do(
    dashboard, help_asked
):
    with pytest.raises(StepNotYoursError, match="'dispatch' is for 'control_room'"):
        await tick(dashboard, help_asked, "desk-noord", "dispatch")


async def test_it_is_not_resolved_while_mandatory_steps_are_open(
    world, dashboard, incident
):
    await tick(dashboard, incident, "desk-noord", "look", "visit")

    with pytest.raises(StepsDueError) as refused:
        await resolve(dashboard, incident, "desk-noord")

    (due,) = refused.value.steps
    assert (due.step, due.role, due.text["en"]) == ("send", "desk", "do send")
    assert "'send'" in str(refused.value)
    assert state(world) == [("open", None, None)]


async def test_it_is_resolved_with_outcome_and_sentence(world, dashboard, incident):
    await take(dashboard, incident, "desk-noord")
    await tick(dashboard, incident, "desk-noord", "send", "visit")
    await resolve(dashboard, incident, "desk-noord", "  Deur stond open.  ")

    assert look(
        world, "select state, owner, resolved, outcome, sentence from store.incident"
    ) == [("resolved", "desk-noord", LATER, "false", "Deur stond open.")]
    assert log_of(world)[-1] == (
        "resolved",
        "desk-noord",
        LATER,
        {"role": "desk", "outcome": "false"},
    )


async def test_who_resolves_what_nobody_took_becomes_its_owner(
    world, dashboard, incident
):
    await tick(dashboard, incident, "desk-noord", "send", "visit")
    await resolve(dashboard, incident, "deputy-noord")

    assert state(world) == [("resolved", "deputy-noord", LATER)]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_after_it_was_resolved_nothing_more_is_done(
    world, dashboard, incident, act
):
    await tick(dashboard, incident, "desk-noord", "send", "visit")
    await resolve(dashboard, incident, "desk-noord")
    entries = len(log_of(world))

    with pytest.raises(AlreadyResolvedError):
        async with dashboard.transaction(asker="deputy-noord") as transaction:
            await act(transaction, incident)
    assert len(log_of(world)) == entries


async def test_two_who_resolve_at_once_resolve_it_once(world, dashboard, incident):
    await tick(dashboard, incident, "desk-noord", "send", "visit")

    found = await asyncio.gather(
        *(resolve(dashboard, incident, f"{who}-noord") for who in ("desk", "deputy")),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in found) == [
        "AlreadyResolvedError",
        "NoneType",
    ]
    assert [what for what, *_ in log_of(world)].count("resolved") == 1


async def test_taking_a_tick_back_while_another_resolves_cannot_slip_through(
    world, dashboard, incident
):
    await tick(dashboard, incident, "desk-noord", "send", "visit")

    await asyncio.gather(
        untick(dashboard, incident, "desk-noord", "send"),
        resolve(dashboard, incident, "deputy-noord"),
        return_exceptions=True,
    )

    ((resolved, due),) = look(
        world,
        "select state = 'resolved', (select count(*) from store.incident_step"
        " where mandatory and done is null) from store.incident",
    )
    assert resolved == (due == 0)


async def test_a_record_that_comes_while_somebody_resolves_opens_another(
    world, collector, dashboard, incident
):
    async def next_record() -> list[int]:
        async with collector.transaction() as transaction:
            return await judge(transaction, inventory(), [alarm(2)], NOW)

    await tick(dashboard, incident, "desk-noord", "send", "visit")
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.resolve(transaction, incident, "false", "Een tak.", LATER)
        coming = asyncio.create_task(next_record())
        waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
        while not look(world, waiting):  # noqa: ASYNC110  # PostgreSQL tells nobody
            await asyncio.sleep(0)

    assert await coming != [incident]
    assert look(
        world,
        "select incident = %(first)s, seq from store.incident_record order by seq",
        {"first": incident},
    ) == [(True, 1), (False, 2)]


@pytest.mark.parametrize("sentence", ["", "   ", "x" * 501])
async def test_it_is_not_resolved_without_a_sentence(dashboard, incident, sentence):
    await tick(dashboard, incident, "desk-noord", "send", "visit")

    with pytest.raises(SentenceError, match="of 1 to 500 characters"):
        await resolve(dashboard, incident, "desk-noord", sentence)


async def test_the_control_room_can_resolve_when_everything_was_done(
    world, dashboard, help_asked
):
    await tick(dashboard, help_asked, "desk-noord", "ring")
    await tick(dashboard, help_asked, "room", "dispatch")
    await resolve(dashboard, help_asked, "room")

    assert state(world) == [("resolved", "room", LATER)]
    with pytest.raises(IncidentUnknownError):
        await take(dashboard, help_asked, "room")


async def test_every_act_is_notified_when_it_is_committed(dashboard, incident):
    notes = dashboard.notes("incident")
    assert (await anext(notes)).live

    await take(dashboard, incident, "desk-noord")
    assert (await anext(notes)).payload == f"noord {incident}"

    await notes.aclose()
