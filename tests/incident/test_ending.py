"""What was withheld came after all: that incident ends itself, and no other does."""

from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident.ending import end
from collector.query import Query
from tests.incident.acts import LATER, take
from tests.incident.ruling import Owner, judged, log_of
from tests.incident.stage import (
    OTHER,
    RULES,
    STATION,
    alarm,
    inventory,
    look,
    row,
    rule,
)

WORLD = inventory(
    [
        *RULES,
        rule("withheld", "records.withheld", "outbox.damaged", priority="attention"),
    ]
)
STATE = (
    "select state, owner, outcome, sentence, resolved from store.incident order by 1"
)


async def withheld(database: Database, seq: int = 1, site: str = STATION) -> int:
    found = row("records.withheld", seq, site=site)
    return (await judged(database, found, world=WORLD))[0]


async def ended(database: Database, site: str = STATION) -> list[int]:
    async with database.transaction() as transaction:
        return await end(transaction, site, LATER)


async def test_it_ends_without_owner_or_sentence_and_says_so_in_its_log(
    world: Owner, collector: Database
):
    incident = await withheld(collector)
    assert await ended(collector) == [incident]
    assert look(world, STATE) == [("resolved", None, "itself", "", LATER)]
    assert log_of(world, incident)[-1] == ("ended", {"reason": "all_came"})


async def test_it_ends_once(world: Owner, collector: Database):
    incident = await withheld(collector)
    await ended(collector)
    assert await ended(collector) == []
    assert [what for what, _ in log_of(world, incident)].count("ended") == 1


async def test_whoever_took_it_stays_its_owner(
    world: Owner, collector: Database, dashboard: Database
):
    incident = await withheld(collector)
    await take(dashboard, incident, "desk-noord")
    assert await ended(collector) == [incident]
    ((state, owner, outcome, *_),) = look(world, STATE)
    assert (state, owner, outcome) == ("resolved", "desk-noord", "itself")


async def test_what_another_place_withholds_is_not_ended(
    world: Owner, collector: Database
):
    await withheld(collector, site=OTHER)
    assert await ended(collector) == []
    assert look(world, STATE)[0][0] == "open"


async def test_what_something_else_joined_waits_for_a_person(
    world: Owner, collector: Database
):
    await withheld(collector)
    await judged(collector, row("outbox.damaged", 2), world=WORLD)
    assert await ended(collector) == []
    assert [one[0] for one in look(world, STATE)] == ["open"]


async def test_it_opens_anew_when_records_are_missing_again(
    world: Owner, collector: Database
):
    first = await withheld(collector)
    await ended(collector)
    assert await withheld(collector, seq=9) != first
    assert [one[0] for one in look(world, STATE)] == ["open", "resolved"]


async def test_the_page_is_told(collector: Database):
    incident = await withheld(collector)
    notes = collector.notes("incident")
    await anext(notes)
    await ended(collector)
    assert (await anext(notes)).payload == f"noord {incident}"
    await notes.aclose()


ITSELF = "state = 'resolved', resolved = now(), outcome = 'itself', sentence = ''"


@pytest.mark.parametrize(
    "change",
    [
        ITSELF,
        "state = 'resolved', resolved = now(), outcome = 'false', sentence = 'x'",
        "outcome = 'itself'",
    ],
)
async def test_the_service_can_end_no_other_incident(
    world: Owner, collector: Database, change: str
):
    await judged(collector, alarm())
    await refused(collector, change)
    assert look(world, STATE)[0][0] == "open"


@pytest.mark.parametrize(
    "change", [ITSELF.replace("''", "'nothing'"), "state = 'acknowledged'"]
)
async def test_the_service_can_end_it_in_no_other_way(
    world: Owner, collector: Database, change: str
):
    await withheld(collector)
    await refused(collector, change)
    assert look(world, STATE)[0][0] == "open"


async def test_the_service_never_touches_what_is_closed(
    world: Owner, collector: Database
):
    await withheld(collector)
    await ended(collector)
    await refused(collector, "state = 'open', resolved = null, outcome = null")
    await refused(collector, "silent = true")
    assert look(world, "select state, silent from store.incident") == [
        ("resolved", False)
    ]


async def test_nobody_says_of_his_own_closing_that_it_ended_itself(
    world: Owner, collector: Database, dashboard: Database
):
    incident = await withheld(collector)
    await take(dashboard, incident, "desk-noord")
    await refused(dashboard, ITSELF, asker="desk-noord")
    assert look(world, STATE)[0][0] == "acknowledged"


async def refused(database: Database, change: str, asker: str | None = None) -> None:
    text = f"update store.incident set {change}"  # noqa: S608  # words of the tests above
    update: Query[Any] = Query("update", text.encode(), dict)
    with pytest.raises(DatabaseError) as error:
        async with database.transaction(asker) as transaction:
            await transaction.run(update)
    assert error.value.sqlstate == psycopg.errors.InsufficientPrivilege.sqlstate
