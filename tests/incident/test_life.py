"""Who takes an incident, and to whom it is handed, each from their own side."""

import asyncio

import pytest

from collector.incident import life
from collector.incident.errors import (
    AlreadyTakenError,
    IncidentUnknownError,
    NobodyThereError,
)
from collector.incident.life import ToPerson, ToRole
from collector.incident.telling import tell_of_hand_overs
from tests.incident.acts import (
    ACTS,
    LATER,
    hand_over,
    log_of,
    state,
    take,
)
from tests.incident.stage import look


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
