"""What a demo counts is what the store holds, and its delays are delays."""

from collections.abc import Callable
from datetime import timedelta

from dashboard.demo.tally import counts
from tests.collector.databases import database_url
from tests.dashboard.town import founded

__all__ = ["database_url"]


async def test_a_clip_that_lasted_is_counted_and_makes_nothing_late(
    database_url: Callable[[str], str],
) -> None:
    url = database_url("wachtpost_collector")
    async with founded(url, database_url("postgres")) as town:
        lost = await town.covered()
        await town.judged(lost)
        await town.clip(lost, b"film", come=False)
        await town.pen.execute(
            "update store.event set received = at + interval '30 s'"
            " where kind = 'clip.kept'"
        )
        found = await counts(url)
    assert (found.stored, found.incidents) == (2, 1)
    assert timedelta(seconds=found.delay_max_s) < timedelta(seconds=1)
    assert 0 < found.delay_median_s <= found.delay_max_s
