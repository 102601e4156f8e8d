"""A running agent writes down that its clock jumped."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import agent as program
from edge.agent import Agent, make_contacts
from edge.clock import Reading
from edge.settings import load
from edge.stores import open_stores
from sites.health import ClockChanged
from tests.edge.device_home import make_home, new_site
from tests.edge.records import NOON, after, start_of, waiting


async def test_a_tick_tells_that_the_clock_jumped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def readings() -> Iterator[Reading]:
        yield Reading(after(0), 0.0)
        yield Reading(after(1), 1.0)
        while True:
            yield Reading(after(62), 2.0)

    coming = readings()
    monkeypatch.setattr(program, "read_clocks", lambda: next(coming))
    monkeypatch.setattr(program, "is_trusted", lambda: False)
    monkeypatch.setattr(program, "TICK_S", 0)
    home = make_home(tmp_path / "device", 1883, new_site(), contacts="quiet.csv")
    (home / "quiet.csv").write_text("seconds,sensor,state\n999999,1,open\n")
    ready = load(home)
    with open_stores(ready, NOON, clock_trusted=False) as stores:
        agent = Agent(ready, stores, make_contacts(ready))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await agent._tick()
        found = [record for _, record in waiting(stores.outbox, "al")]
        assert start_of(stores.outbox).clock_trusted is False
    jumps = [one for one in found if isinstance(one, ClockChanged)]
    assert [(one.seconds, one.trusted) for one in jumps] == [(60.0, False)]
