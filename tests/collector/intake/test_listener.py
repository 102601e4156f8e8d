"""Several collectors hear together as well as the worst of them."""

from datetime import timedelta

import pytest

from collector.database import Database
from collector.intake.listener import leave, together
from collector.intake.presence import Listening
from tests.collector.intake.bench import Bench
from tests.collector.intake.test_watch import Owner, rows

S = timedelta(seconds=1)
WELL = Listening(3600 * S)


async def say(database: Database, name: str, own: Listening | None) -> Listening | None:
    async with database.transaction() as transaction:
        return await together(transaction, name, own)


def near(found: Listening | None, since: float, behind: float) -> bool:
    """Tell whether it is that, but for what the test itself took."""
    assert found is not None
    return (
        abs(found.since - since * S) < 5 * S and abs(found.behind - behind * S) < 5 * S
    )


async def test_one_alone_hears_as_well_as_it_says(lane: Bench):
    assert near(await say(lane.database, "a", Listening(60 * S, 7 * S)), 60, 7)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
async def test_the_worst_of_two_counts(lane: Bench, order: tuple[str, str]):
    found, hearing = None, {"a": WELL, "b": Listening(30 * S, 12 * S)}
    for name in order:
        found = await say(lane.database, name, hearing[name])
    assert near(found, 30, 12)


async def test_one_that_is_deaf_counts_as_what_it_proved_last(
    lane: Bench, owner: Owner
):
    await say(lane.database, "a", WELL)
    move(owner, 40)
    assert await say(lane.database, "a", None) is None
    assert near(await say(lane.database, "b", WELL), 3600, 40)
    await say(lane.database, "a", Listening(9 * S))
    assert near(await say(lane.database, "b", WELL), 9, 0)


async def test_one_that_stays_deaf_keeps_no_silence_from_being_told(
    lane: Bench, owner: Owner
):
    await say(lane.database, "a", WELL)
    move(owner, 61)
    for _ in range(3):
        assert await say(lane.database, "a", None) is None
        assert near(await say(lane.database, "b", WELL), 3600, 0)


async def test_one_that_never_heard_anything_holds_nobody_up(lane: Bench):
    assert await say(lane.database, "a", None) is None
    assert near(await say(lane.database, "b", WELL), 3600, 0)


async def test_one_of_two_that_was_deaf_is_no_time_in_which_nobody_heard(
    lane: Bench, owner: Owner
):
    await say(lane.database, "a", WELL)
    move(owner, 100)
    await say(lane.database, "b", WELL)
    await say(lane.database, "a", None)
    await say(lane.database, "a", Listening(1 * S))
    assert rows(owner, "select * from store.deaf") == []


async def test_one_that_hangs_counts_as_what_it_proved_last(lane: Bench, owner: Owner):
    await say(lane.database, "a", WELL)
    move(owner, 25)
    assert near(await say(lane.database, "b", WELL), 3600, 25)
    move(owner, 10, "a")
    assert near(await say(lane.database, "b", WELL), 3600, 0)  # it is gone


async def test_one_that_goes_in_order_is_not_waited_for(lane: Bench):
    await say(lane.database, "a", None)
    async with lane.database.transaction() as transaction:
        await leave(transaction, "a")
    assert near(await say(lane.database, "b", WELL), 3600, 0)


async def test_a_time_in_which_nobody_heard_is_written_down_once(
    lane: Bench, owner: Owner
):
    await say(lane.database, "a", WELL)
    move(owner, 100)
    await say(lane.database, "a", Listening(2 * S))
    await say(lane.database, "a", Listening(3 * S))
    await say(lane.database, "b", Listening(1 * S))
    ((lasted,),) = rows(owner, "select until - since from store.deaf")
    assert abs(lasted - 98 * S) < 5 * S


async def test_a_short_pause_or_one_that_another_covered_is_none(
    lane: Bench, owner: Owner
):
    await say(lane.database, "a", WELL)
    move(owner, 15)
    await say(lane.database, "a", Listening(1 * S))
    move(owner, 100, "a")
    await say(lane.database, "b", WELL)
    await say(lane.database, "a", Listening(1 * S))
    assert rows(owner, "select * from store.deaf") == []


async def test_the_first_one_ever_was_never_deaf(lane: Bench, owner: Owner):
    await say(lane.database, "a", Listening(timedelta()))
    assert rows(owner, "select * from store.deaf") == []


def move(owner: Owner, seconds: int, name: str = "%") -> None:
    """Let what these collectors said have been said so much earlier."""
    owner.execute(
        "update store.listener set since = since - make_interval(secs => %(s)s),"
        " until = until - make_interval(secs => %(s)s),"
        " seen = seen - make_interval(secs => %(s)s) where name like %(n)s",
        {"s": seconds, "n": name},
    )
