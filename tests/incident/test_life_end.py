"""Steps are ticked off, and then an incident is resolved, once."""

import asyncio

import pytest

from collector.incident import life
from collector.incident.errors import (
    AlreadyResolvedError,
    IncidentUnknownError,
    SentenceError,
    StepNotYoursError,
    StepsDueError,
    StepUnknownError,
)
from collector.incident.judge import judge
from tests.incident.acts import (
    ACTS,
    LATER,
    log_of,
    resolve,
    state,
    take,
    tick,
    untick,
)
from tests.incident.stage import NOW, alarm, inventory, look


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
