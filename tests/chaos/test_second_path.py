"""The first path of a device falls away in any manner while alarms come.

What is written goes over the second, the loss is told in time and confirms the alarms;
when the first is back nothing is lost and nothing twice.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.air import air
from tests.chaos.books import Stored
from tests.chaos.post import Post, World, came, furnished
from tests.chaos.station import SITES, STATIONS, Station
from tests.servers.need import needed

# Which way is dead: to the broker, from it, or both.
LOSSES = dict(zip(SITES, (("one way", 0), ("one way", 1), ("parted", 0)), strict=True))
PATIENCE_S = 180.0
PROMISED = timedelta(seconds=90)
LOST = """
    select p.site, p.way, p.lost_told - p.lost_since from store.path_state p
        where p.lost_told is not null"""
TOLD = "select site, run from store.event where kind = 'path.lost'"
BACK = "select site, way from store.path_state where lost_told is null"
SLOWEST = """
    select site, max(received - at) from store.event
        where lane = 'al' and run ~ '^[0-9a-f]{16}$' group by site"""
CONFIRMED = "select distinct site from store.incident where confirmed is not null"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with needed(), air() as sky, furnished(tmp_path, World(sky=sky)) as made:
        for station in made.stations:
            station.process.start()
        made.collectors["collector-1"].start()
        yield made


def alarms(post: Post, station: Station) -> list[Stored]:
    return [one for one in post.stored(station) if one.lane == "al"]


@pytest.mark.timeout(900)
async def test_what_the_first_path_loses_comes_over_the_second_and_the_loss_is_told_a10(
    post: Post,
):
    async def until(true: object) -> None:
        assert await came(true, PATIENCE_S), post.report()

    both = {(site, way) for site in SITES for way in (1, 2)}
    await until(lambda: set(post.ask(BACK)) == both)
    await until(lambda: all(len(alarms(post, one)) > 1 for one in post.stations))
    for site, (fault, dice) in LOSSES.items():
        post.links[f"{site} to broker"].strike(fault, dice)
    before = {one.site: len(alarms(post, one)) for one in post.stations}
    await until(lambda: {site for site, *_ in post.ask(LOST)} == set(SITES))
    lost = post.ask(LOST)
    assert {way for _, way, _ in lost} == {1}
    assert all(after <= PROMISED for _, _, after in lost), lost
    assert set(post.ask(TOLD)) == {(site, "path-1") for site in SITES}
    await until(
        lambda: all(len(alarms(post, one)) > before[one.site] for one in post.stations)
    )
    for site in SITES:
        post.links[f"{site} to broker"].mend()
    await until(lambda: set(post.ask(BACK)) == both)
    await post.rest()
    await until(post.is_even)
    slowest = dict(post.ask(SLOWEST))
    assert all(slowest[site] <= PROMISED for site in STATIONS), slowest
    assert set(post.ask(CONFIRMED)) >= {(site,) for site in STATIONS}
