"""Exercises: incidents in all, but that nothing real joins them."""

from typing import Any

import pytest

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident import life
from collector.incident.exercise import begin_next, rules_at
from collector.query import Query
from tests.incident.ruling import WORLD, judged, log_of, messages, steps
from tests.incident.stage import KIT, NOW, OTHER, STATION, alarm, look, panic

ASK = (
    "insert into store.exercise (unit, site, rule, person)"
    " values (%(unit)s, %(site)s, %(rule)s, %(person)s)"
)
QUERY: Query[Any] = Query("ask", ASK.encode(), dict)
COORDINATOR = "coordinator-noord"


def ask(world: Any, rule: str = "alarm", site: str = STATION, **more: Any) -> None:
    asked = {"unit": "noord", "site": site, "rule": rule, "person": COORDINATOR} | more
    world.execute(ASK, asked)


def begun(world: Any) -> list[tuple[Any, ...]]:
    return look(world, "select incident, refused from store.exercise order by exercise")


async def test_an_exercise_runs_the_whole_chain_and_is_marked_a4(world, collector):
    ask(world, "panic")
    assert await begin_next(collector, WORLD)
    assert not await begin_next(collector, WORLD)

    ((incident, refused),) = begun(world)
    assert refused is None
    assert look(
        world,
        "select site, rule, priority, state, exercise, to_control_room"
        " from store.incident where incident = %(i)s",
        {"i": incident},
    ) == [(STATION, "panic", "urgent", "open", True, True)]
    assert steps(world, incident) == ["ring", "dispatch", "visit"]
    assert {who for _, who, _ in messages(world)} == {
        "room",
        "coordinator-noord",
        "desk-noord",
    }
    assert log_of(world, incident)[0][1]["reason"] == "exercise"


async def test_what_is_real_opens_beside_an_exercise_and_is_no_part_of_it(
    world, collector
):
    ask(world, "alarm")
    await begin_next(collector, WORLD)
    ((exercise, _),) = begun(world)
    (real,) = await judged(collector, alarm(1))
    (again,) = await judged(collector, alarm(2))

    assert real == again != exercise
    assert look(
        world,
        "select incident, count(*) from store.incident_record group by 1 order by 1",
    ) == [(exercise, 1), (real, 2)]


async def test_an_exercise_opens_beside_what_stands(world, collector):
    (real,) = await judged(collector, alarm(1))
    ask(world, "alarm")
    await begin_next(collector, WORLD)
    ((exercise, _),) = begun(world)
    assert exercise not in {None, real}


async def test_a_silent_press_silences_an_exercise_there_too(world, collector):
    ask(world, "panic")
    await begin_next(collector, WORLD)
    ((exercise, _),) = begun(world)
    await judged(collector, panic(1, silent=True))
    assert "ring" not in steps(world, exercise)
    assert look(world, "select silent from store.incident where exercise", {}) == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("before", "asked", "why"),
    [
        ("silent press", {}, "stands"),
        ("exercise", {"rule": "tamper"}, "stands"),
        ("nothing", {"rule": "unheard-of"}, "no_rule"),
        ("nothing", {"site": OTHER}, "no_rule"),
        ("long ago", {}, "late"),
    ],
)
async def test_an_exercise_is_refused(world, collector, before, asked, why):
    if before == "silent press":
        await judged(collector, panic(1, silent=True))
    if before == "exercise":
        ask(world)
        await begin_next(collector, WORLD)
    ask(world, **asked)
    if before == "long ago":
        world.execute("update store.exercise set made = now() - interval '6 min'")
    assert await begin_next(collector, WORLD)
    assert begun(world)[-1] == (None, why)
    assert look(world, "select count(*) from store.incident where exercise") == [
        (int(before == "exercise"),)
    ]


async def test_an_exercise_ends_as_one_and_what_is_real_never_does_so_by_it(
    world, collector, dashboard: Database
):
    ask(world, "tamper")
    await begin_next(collector, WORLD)
    ((exercise, _),) = begun(world)
    world.execute("update store.incident_step set mandatory = false")
    for outcome in ("real", "false"):
        with pytest.raises(DatabaseError):
            async with dashboard.transaction(asker="desk-noord") as transaction:
                await life.resolve(transaction, exercise, outcome, "gedaan", NOW)
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.resolve(transaction, exercise, "exercise", "gedaan", NOW)
    assert look(world, "select state, outcome from store.incident") == [
        ("resolved", "exercise")
    ]


@pytest.mark.parametrize("person", ["desk-noord", "coordinator-zuid", "auditor"])
async def test_only_those_who_lead_the_unit_ask_for_one(
    world, dashboard: Database, person: str
):
    row = {"unit": "noord", "site": STATION, "rule": "alarm", "person": person}
    with pytest.raises(DatabaseError):
        async with dashboard.transaction(asker=person) as transaction:
            await transaction.run(QUERY, **row)
    assert begun(world) == []


async def test_a_coordinator_asks_in_no_other_name(world, dashboard: Database):
    row = {"unit": "noord", "site": KIT, "rule": "alarm"}
    with pytest.raises(DatabaseError):
        async with dashboard.transaction(asker=COORDINATOR) as transaction:
            await transaction.run(QUERY, **row, person="deputy-noord")
    async with dashboard.transaction(asker=COORDINATOR) as transaction:
        await transaction.run(QUERY, **row, person=COORDINATOR)
    assert begun(world) == [(None, None)]


def test_what_fits_a_place_can_be_exercised_there_the_most_urgent_first():
    home = [rule.id for rule in rules_at(WORLD, KIT)]
    assert home[0] == "alarm"
    assert home[-1] == "blind"
    assert "door" not in home
    assert "door" in {rule.id for rule in rules_at(WORLD, STATION)}
    assert rules_at(WORLD, "nowhere") == ()
