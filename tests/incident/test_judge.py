"""Applying the rules in the transaction that stores the records."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.database import Database, Transaction
from collector.incident.judge import judge
from collector.intake.row import EventRow
from collector.query import Query
from sites.inventory import Inventory
from sites.playbook import Playbook
from tests.incident.stage import (
    KIT,
    NOW,
    OTHER,
    PLAYBOOKS,
    RULES,
    STATION,
    alarm,
    clear,
    door,
    inventory,
    look,
    panic,
    row,
    step,
)

Owner = psycopg.Connection[Any]
WORLD = inventory()
SITES: Query[Any] = Query(
    "sites", b"select from store.site order by site for update", dict
)


async def judged(
    database: Database, *rows: EventRow, world: Inventory = WORLD
) -> list[int]:
    async with database.transaction() as transaction:
        await transaction.all(SITES)  # as the storing transaction locks them
        return await judge(transaction, world, rows, NOW)


def resolve(owner: Owner, incident: int) -> None:
    owner.execute(
        "update store.incident set state = 'resolved', owner = 'desk-noord',"
        " resolved = now(), outcome = 'false', sentence = 'x' where incident = %s",
        [incident],
    )


def steps(owner: Owner, incident: int) -> list[str]:
    found = look(
        owner,
        "select step from store.incident_step where incident = %(i)s order by place",
        {"i": incident},
    )
    return [one for (one,) in found]


def messages(owner: Owner) -> set[tuple[Any, ...]]:
    return set(look(owner, "select incident, person, reason from store.message"))


def log_of(owner: Owner, incident: int) -> list[tuple[str, dict[str, Any]]]:
    found = look(
        owner,
        "select what, data from store.incident_log where incident = %(i)s"
        " order by entry",
        {"i": incident},
    )
    return [(what, data) for what, data in found]


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
        " values ('somebody', 'noord', 'household', 'nl', 'x@home.example')"
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


async def test_a_silent_press_takes_the_loud_steps_away(world, collector):
    (incident,) = await judged(collector, panic(1, silent=False))
    assert steps(world, incident) == ["ring", "dispatch", "visit"]

    await judged(collector, panic(2, silent=True))

    assert steps(world, incident) == ["quiet", "dispatch", "visit"]
    assert look(world, "select silent from store.incident") == [(True,)]


async def test_everybody_who_was_told_hears_that_it_became_silent(world, collector):
    (incident,) = await judged(collector, panic(1, silent=False))
    await judged(collector, panic(2, silent=True))

    silenced = {who for _, who, why in messages(world) if why == "silenced"}
    assert silenced == {"coordinator-noord", "desk-noord", "room"}
    assert log_of(world, incident)[-1][1]["reason"] == "now_silent"


async def test_a_loud_press_brings_no_loud_step_back(world, collector):
    (incident,) = await judged(collector, panic(1, silent=True))
    await judged(collector, panic(2, silent=False))

    assert steps(world, incident) == ["quiet", "dispatch", "visit"]


async def test_a_silent_press_silences_every_other_incident_of_its_site(
    world, collector
):
    rules = (*RULES[:3], RULES[5].model_copy(update={"playbook": "panic"}))
    ringing = inventory(rules)
    (blind,) = await judged(collector, row("device.silent", 1), world=ringing)
    (far,) = await judged(collector, row("device.silent", 1, site=OTHER), world=ringing)
    assert steps(world, blind) == ["ring", "dispatch", "visit"]

    await judged(collector, panic(2, silent=True), world=ringing)

    assert steps(world, blind) == ["quiet", "dispatch", "visit"]
    assert steps(world, far) == ["ring", "dispatch", "visit"]
    assert log_of(world, blind)[-1] == (
        "joined",
        {"reason": "now_silent", "records": 0},
    )
    assert (blind, "desk-noord", "silenced") in messages(world)


async def test_what_opens_while_a_silent_incident_stands_is_silent_too(
    world, collector
):
    rules = (*RULES[:3], RULES[5].model_copy(update={"playbook": "panic"}))
    await judged(collector, panic(1, silent=True), world=inventory(rules))
    (blind,) = await judged(collector, row("device.silent", 2), world=inventory(rules))

    assert steps(world, blind) == ["quiet", "dispatch", "visit"]


async def test_the_silence_ends_with_the_incident_that_asked_for_it(world, collector):
    (quiet,) = await judged(collector, panic(1, silent=True))
    resolve(world, quiet)
    await judged(collector, panic(2, silent=False))

    assert look(world, "select silent from store.incident order by incident") == [
        (True,),
        (False,),
    ]


async def test_what_was_done_stays_on_the_list_when_it_becomes_silent(world, collector):
    (incident,) = await judged(collector, panic(1, silent=False))
    world.execute(
        "update store.incident_step set done = now(), done_by = 'desk-noord'"
        " where step in ('ring', 'dispatch')"
    )
    await judged(collector, panic(2, silent=True))

    assert set(steps(world, incident)) == {"ring", "quiet", "dispatch", "visit"}
    assert look(
        world, "select count(*) from store.incident_step where done is not null"
    ) == [(2,)]


async def test_silencing_uses_the_playbook_that_the_incident_began_with(
    world, collector
):
    await judged(collector, panic(1, silent=False))
    newer = Playbook(
        id="panic", title=PLAYBOOKS[2].title, version=9, steps=(step("new", "desk"),)
    )
    updated = Inventory(
        units=WORLD.units,
        sites=WORLD.sites,
        rules=WORLD.rules,
        playbooks={**WORLD.playbooks, "panic": newer},
    )

    (incident,) = await judged(collector, panic(2, silent=True), world=updated)

    assert steps(world, incident) == ["quiet", "dispatch", "visit"]


async def test_a_more_urgent_record_changes_rule_steps_and_who_is_told(
    world, collector
):
    (incident,) = await judged(collector, door(1))
    assert steps(world, incident) == ["watch", "look", "note"]

    await judged(collector, alarm(2))

    assert look(
        world,
        "select rule, priority, playbook, playbook_version, title->>'nl'"
        " from store.incident",
    ) == [("alarm", "urgent", "intrusion", 3, "alarm")]
    assert steps(world, incident) == ["look", "send", "visit"]
    raised = {who for _, who, why in messages(world) if why == "raised"}
    assert raised == {"desk-noord", "case-manager-noord", "coordinator-noord"}


async def test_a_less_urgent_record_tells_only_whom_nobody_told_yet(world, collector):
    (incident,) = await judged(collector, alarm(1))
    await judged(collector, door(2))

    assert look(world, "select rule, priority from store.incident") == [
        ("alarm", "urgent")
    ]
    assert messages(world) == {
        (incident, "desk-noord", "opened"),
        (incident, "coordinator-noord", "opened"),
        (incident, "case-manager-noord", "opened"),
    }


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


RECORDS: tuple[EventRow, ...] = (
    door(1),
    alarm(2),
    alarm(3, cause="tamper"),
    panic(4, silent=False),
    panic(5, silent=True),
    row("duress.entered", 6),
    row("device.silent", 7),
    row("motion.started", 8, zone=1),
    panic(1, silent=False, site=KIT),
    alarm(2, site=KIT),
    door(1, site=OTHER),
    door(2, site=OTHER),
)
EPISODE = """
    select i.site, i.cause, i.rule, i.priority, i.silent, i.to_control_room, i.occurred,
           i.playbook, i.playbook_version,
           (select array_agg(device || seq order by device, seq)
              from store.incident_record r where r.incident = i.incident),
           (select array_agg(step order by place)
              from store.incident_step s where s.incident = i.incident),
           (select array_agg(distinct person order by person)
              from store.message m where m.incident = i.incident)
      from store.incident i order by 1, 2"""


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[EventRow]]:
    """The same records in any order, some of them again, cut into any batches."""
    again = draw(st.lists(st.sampled_from(RECORDS), max_size=6))
    rows: Sequence[EventRow] = draw(st.permutations([*RECORDS, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(rows) - 1), max_size=8)))
    return [
        list(rows[begin:end])
        for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)
    ]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=deliveries())
async def test_any_order_repetition_and_batching_gives_the_same_incidents(
    world, collector, batches
):
    clear(world)
    await judged(collector, *RECORDS)
    at_once = look(world, EPISODE)
    assert len(at_once) == 8

    clear(world)
    for batch in batches:
        await judged(collector, *batch)
    assert look(world, EPISODE) == at_once
