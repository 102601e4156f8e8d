"""What is there again is noted in the incident of its loss, and raises nothing."""

from typing import Any

import pytest

from collector.database import Database
from collector.incident.back import ENDS, Back, back
from collector.incident.rules import kinds_with_rules
from collector.incident.weigh import Known
from collector.intake.row import EventRow
from tests.incident.ruling import Owner, judged, log_of, messages, resolve
from tests.incident.stage import OTHER, RULES, alarm, inventory, look, row


def camera(
    seq: int, kind: str = "camera.lost", sensor: int = 5, **more: Any
) -> EventRow:
    return row(kind, seq, sensor=sensor, zone=1, **more)


def restored(seq: int, sensor: int = 5, **more: Any) -> EventRow:
    return camera(seq, "camera.restored", sensor, **more)


def known(of: EventRow, incident: int = 7, *, stands: bool = True) -> Known:
    names = ("unit", "device", "run", "lane", "seq", "at", "kind", "sensor", "zone")
    fields = {name: getattr(of, name) for name in names}
    return Known(incident=incident, stands=stands, data={}, **fields)


@pytest.mark.parametrize(
    ("lost", "again", "ended"),
    [
        (camera(1), restored(2), True),
        (camera(1), restored(2, sensor=6), False),
        (camera(1), restored(2, site=OTHER), False),
        (camera(3), restored(2), False),  # it was lost once more after that
        (row("device.silent", 1), row("device.heard", 2), True),
        (row("device.silent", 1), row("path.restored", 2), False),
        (
            row("path.lost", 1, run="path-1"),
            row("path.restored", 2, run="path-1"),
            True,
        ),
        (
            row("path.lost", 1, run="path-2"),
            row("path.restored", 2, run="path-1"),
            False,
        ),
    ],
)
def test_only_the_same_thing_ends_its_own_loss(
    lost: EventRow,
    again: EventRow,
    ended: bool,  # noqa: FBT001  # a row of the table
):
    assert back([again], [known(lost)]) == ([Back(7, again)] if ended else [])


def test_what_is_closed_hears_of_it_no_more():
    assert back([restored(2)], [known(camera(1), stands=False)]) == []


def test_every_incident_that_holds_the_loss_hears_of_it_once():
    held = [known(camera(1), 9), known(camera(1), 7), known(camera(2), 7)]
    found = back([restored(3)], held)
    assert [one.incident for one in found] == [7, 9]


def test_what_ends_a_loss_is_looked_at_where_a_rule_speaks_of_the_loss():
    assert kinds_with_rules(inventory()) >= set(ENDS)
    assert kinds_with_rules(inventory(RULES[:2])).isdisjoint(ENDS)


async def test_a_camera_that_sees_again_joins_its_incident_and_raises_nothing(
    world: Owner, collector: Database
):
    (incident,) = await judged(collector, camera(1))
    told, state = messages(world), "select state, priority, changed from store.incident"
    before = look(world, state)
    assert await judged(collector, restored(2)) == []
    assert look(world, state) == before
    assert messages(world) == told
    assert log_of(world, incident)[-1] == (
        "returned",
        {"kind": "camera.restored", "device": camera(1).device, "sensor": 5},
    )
    assert look(world, "select kind from store.incident_record order by seq") == [
        ("camera.lost",),
        ("camera.restored",),
    ]


async def test_the_same_return_is_noted_once(world: Owner, collector: Database):
    (incident,) = await judged(collector, camera(1))
    await judged(collector, restored(2))
    await judged(collector, restored(2))
    assert [what for what, _ in log_of(world, incident)] == ["opened", "returned"]


async def test_loss_and_return_in_one_batch_are_both_there(
    world: Owner, collector: Database
):
    (incident,) = await judged(collector, restored(2), camera(1))
    assert [what for what, _ in log_of(world, incident)] == ["opened", "returned"]


async def test_it_is_noted_also_where_the_loss_confirmed_an_alarm(
    world: Owner, collector: Database
):
    await judged(collector, row("device.silent", 1))
    (incident,) = await judged(collector, alarm(2))
    await judged(collector, row("device.heard", 3))
    assert log_of(world, incident)[-1][0] == "returned"


async def test_what_returns_after_the_end_opens_nothing(
    world: Owner, collector: Database
):
    (incident,) = await judged(collector, camera(1))
    resolve(world, incident)
    assert await judged(collector, restored(2)) == []
    assert look(world, "select count(*) from store.incident") == [(1,)]
    assert [what for what, _ in log_of(world, incident)] == ["opened"]


async def test_the_page_of_the_incident_is_told(collector: Database):
    (incident,) = await judged(collector, camera(1))
    notes = collector.notes("incident")
    await anext(notes)
    await judged(collector, restored(2))
    assert (await anext(notes)).payload == f"noord {incident}"
    await notes.aclose()
