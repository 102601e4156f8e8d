"""Applying the rules in the transaction that stores the records."""

import asyncio
from typing import Any

import pytest

from collector.database import Transaction
from collector.incident.judge import judge
from tests.incident.ruling import (
    WORLD,
    Owner,
    judged,
    log_of,
    messages,
    resolve,
    steps,
)
from tests.incident.stage import (
    KIT,
    NOW,
    OTHER,
    RULES,
    STATION,
    alarm,
    inventory,
    look,
    panic,
    row,
)


async def test_an_incident_is_opened_with_all_that_belongs_to_it(world, collector):
    (incident,) = await judged(collector, alarm(3))

    assert look(
        world,
        "select unit, site, rule, cause, priority, state, silent, to_control_room,"
        " occurred, opened, playbook, playbook_version from store.incident",
    ) == [
        (
            "noord",
            STATION,
            "alarm",
            "intrusion",
            "urgent",
            "open",
            False,
            False,
            alarm(3).at,
            NOW,
            "intrusion",
            3,
        )
    ]
    assert steps(world, incident) == ["look", "send", "visit"]
    assert messages(world) == {
        (incident, "coordinator-noord", "opened"),
        (incident, "desk-noord", "opened"),
    }


async def test_the_log_says_which_rule_and_why(world, collector):
    (incident,) = await judged(collector, alarm())

    assert log_of(world, incident) == [
        (
            "opened",
            {
                "rule": "alarm",
                "reason": "nothing_stands",
                "priority": "urgent",
                "silent": False,
                "records": 1,
                "kinds": ["alarm.raised"],
            },
        )
    ]


async def test_the_records_are_copied_with_what_they_said(world, collector):
    await judged(collector, alarm(4, cause="contact"))

    assert look(
        world,
        "select device, run, lane, seq, at, kind, zone, data"
        " from store.incident_record",
    ) == [
        (
            "a" * 16,
            "0" * 16,
            "al",
            4,
            alarm(4).at,
            "alarm.raised",
            2,
            {"cause": "contact"},
        )
    ]


async def test_a_later_record_joins_and_is_logged(world, collector):
    first = await judged(collector, alarm(2))
    second = await judged(collector, alarm(3))

    assert first == second
    assert [what for what, _ in log_of(world, first[0])] == ["opened", "joined"]
    assert len(messages(world)) == 2


async def test_a_record_that_is_known_already_has_no_effect(world, collector):
    (incident,) = await judged(collector, alarm())

    assert await judged(collector, alarm()) == []
    assert [what for what, _ in log_of(world, incident)] == ["opened"]


async def test_an_older_record_that_comes_late_moves_the_beginning_back(
    world, collector
):
    await judged(collector, alarm(9))
    await judged(collector, alarm(2))

    assert look(world, "select occurred from store.incident") == [(alarm(2).at,)]


async def test_after_it_was_resolved_the_next_record_opens_another(world, collector):
    (first,) = await judged(collector, alarm(1))
    resolve(world, first)
    (second,) = await judged(collector, alarm(2))

    assert second != first
    assert [what for what, _ in log_of(world, first)] == ["opened"]


async def test_two_causes_at_one_site_are_two_incidents(collector):
    assert len(await judged(collector, alarm(1), panic(2, silent=False))) == 2


async def test_panic_is_with_the_control_room_and_told_there_at_once(world, collector):
    (incident,) = await judged(collector, panic(silent=False, site=KIT))

    assert look(world, "select to_control_room from store.incident") == [(True,)]
    assert (incident, "room", "opened") in messages(world)


async def test_a_unit_is_told_of_its_own_incidents_alone(world, collector):
    await judged(collector, alarm(1, site=OTHER))

    told = {person for _, person, _ in messages(world)}
    assert told == {"coordinator-zuid", "desk-zuid"}


async def test_a_household_is_never_told_by_unit(world, collector):
    world.execute(
        "insert into store.person (person, unit, role, language, tell)"
        " values ('somebody', 'noord', 'household', 'nl',"
        " jsonb_build_object('email', 'x@home.example'))"
    )
    rules = (RULES[0].model_copy(update={"tells": ("desk", "household")}),)

    await judged(collector, alarm(), world=inventory(rules))

    assert {person for _, person, _ in messages(world)} == {"desk-noord"}


async def test_a_role_that_nobody_can_reach_is_said_once(world, collector):
    world.execute("update store.person set tell = null where role = 'coordinator'")
    (incident,) = await judged(collector, alarm(1))
    await judged(collector, alarm(2))

    untold = [data for what, data in log_of(world, incident) if what == "not_told"]
    assert untold == [
        {"role": "coordinator", "reason": "opened", "trouble": "nobody_reachable"}
    ]


async def test_who_left_is_not_told(world, collector):
    world.execute("update store.person set removed = now() where role = 'desk'")
    (incident,) = await judged(collector, alarm())

    assert messages(world) == {(incident, "coordinator-noord", "opened")}


class Deaf(Transaction):
    """A transaction at which every question is a failure."""

    def __init__(self) -> None:
        pass

    def __getattribute__(self, name: str) -> Any:
        pytest.fail(f"asked for {name}")


async def test_a_batch_that_no_rule_speaks_of_costs_no_query():
    front = row("contact.opened", sensor=1, zone=1)
    rows = [row("motion.started", n, zone=1) for n in range(1, 2000)]

    assert await judge(Deaf(), WORLD, [*rows, front], NOW) == []
    assert await judge(Deaf(), WORLD, [], NOW) == []


async def test_nothing_remains_when_the_storing_is_undone(world, collector):
    async def fails_after_deciding() -> None:
        async with collector.transaction() as transaction:
            await judge(transaction, WORLD, [alarm()], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails_after_deciding()

    assert look(world, "select from store.incident") == []
    assert messages(world) == set()


async def test_two_that_decide_at_once_without_a_lock_open_one_incident(
    world, collector
):
    opened = asyncio.Event()

    async def first() -> list[int]:
        async with collector.transaction() as transaction:
            found = await judge(transaction, WORLD, [alarm(1)], NOW)
            opened.set()
            await waits(world)
            return found

    async def second() -> list[int]:
        await opened.wait()
        async with collector.transaction() as transaction:
            return await judge(transaction, WORLD, [alarm(2)], NOW)

    found = await asyncio.gather(first(), second())

    assert found[0] == found[1]
    assert look(world, "select count(*) from store.incident") == [(1,)]
    assert look(world, "select count(*) from store.incident_record") == [(2,)]


async def waits(owner: Owner) -> None:
    """Return as soon as somebody waits for a lock."""
    waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
    while not look(owner, waiting):  # noqa: ASYNC110  # PostgreSQL tells nobody
        await asyncio.sleep(0)


async def test_a_dashboard_that_listens_hears_unit_and_incident(collector):
    heard = asyncio.Event()
    notes = collector.notes("incident")
    assert (await anext(notes)).live

    async def listen() -> str:
        heard.set()
        return str((await anext(notes)).payload)

    listening = asyncio.create_task(listen())
    await heard.wait()
    (incident,) = await judged(collector, alarm())
    assert await listening == f"noord {incident}"
    await notes.aclose()
