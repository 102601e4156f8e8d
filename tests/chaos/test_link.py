"""What befalls a link is what its name says, and is over when it is mended."""

import asyncio
import random
from collections.abc import Iterator

import pytest

from tests.chaos.air import STILL, Line
from tests.chaos.link import STORMS, WEATHERS, Link, Links
from tests.chaos.plan import WEIGHTS
from tests.chaos.relay import CALM, Relay, network


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def link(loop: asyncio.AbstractEventLoop) -> Link:
    line = Line("here", "there", {}, random.Random(1))  # noqa: S311  # repeatable
    return Link(Relay(loop, 1), line)


def state(link: Link) -> tuple[object, object]:
    return link.relay.weather, link.line and link.line.storm


@pytest.mark.parametrize("fault", [*sorted(WEATHERS.keys() - {"cut"}), *STORMS])
def test_each_changes_one_thing_and_mending_changes_it_back(link: Link, fault: str):
    link.strike(fault)
    changed = [
        now is not was for now, was in zip(state(link), (CALM, STILL), strict=True)
    ]
    assert changed == [fault in WEATHERS, fault in STORMS]
    link.mend()
    assert state(link) == (CALM, STILL)


def test_the_dice_say_which_way_is_dead(link: Link):
    found = []
    for dice in range(4):
        link.strike("one way", dice)
        assert link.line
        found.append(set(link.line.storm.dead))
    assert found == [{"up"}, {"down"}] * 2


def test_every_one_of_them_is_drawn():
    assert set(WEATHERS) | set(STORMS) < set(WEIGHTS)


def test_without_air_a_link_is_a_relay_on_loopback():
    with network() as relays:
        links = Links(relays, None, 1)
        made = links.link(1)
        assert made.line is None
        assert made.address == f"127.0.0.1:{made.relay.port}"
        assert links.prefix == ()
