"""Whatever order, repetition and batches records come in, they mean the same."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.database import Database
from collector.intake.row import EventRow
from tests.incident.ruling import Owner, judged
from tests.incident.stage import (
    KIT,
    OTHER,
    alarm,
    clear,
    door,
    look,
    panic,
    row,
)

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
           i.confirmed is not null,
           i.playbook, i.playbook_version,
           (select array_agg(device || seq order by device, seq)
              from store.incident_record r where r.incident = i.incident),
           (select array_agg(step order by place)
              from store.incident_step s where s.incident = i.incident),
           (select array_agg(distinct person order by person)
              from store.message m where m.incident = i.incident)
      from store.incident i where i.state <> 'resolved' order by 1, 2"""


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


@pytest.fixture
async def at_once(world: Owner, collector: Database) -> list[tuple[Any, ...]]:
    """Give what comes of all of them in one batch, in their order."""
    await judged(collector, *RECORDS)
    found = look(world, EPISODE)
    assert len(found) == 7  # a silent device confirms both alarms of its place
    assert sum(row[7] for row in found) == 2
    return found


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=deliveries())
async def test_any_order_repetition_and_batching_gives_the_same_incidents(
    world, collector, at_once, batches
):
    clear(world)
    for batch in batches:
        await judged(collector, *batch)
    assert look(world, EPISODE) == at_once
