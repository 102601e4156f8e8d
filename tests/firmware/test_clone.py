"""A device that was copied: real agents, broker, collector and store."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.intake.turn import MOST_TURNS
from edge.papers import CURRENT
from tests.collector.setting import Url
from tests.collector.waiting import until
from tests.edge.agent_process import by_hand, end, running
from tests.firmware.served import Served, served

Owner = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
async def place(database_url: Url, tmp_path: Path) -> AsyncIterator[Served]:
    async with served(database_url, tmp_path, renewing=True) as running_there:
        yield running_there


def thieves_copy(place: Served, home: Path) -> Path:
    """Copy all of a device; the copy comes in by its second path."""
    sockets = shutil.ignore_patterns("*.sock")
    copied = shutil.copytree(home, home.with_name("copy"), ignore=sockets)
    text = (home / "device.toml").read_text()
    for old, new in (
        (f"{place.device}-1", f"{place.device}-2"),
        (str(place.folder / f"{place.device}-1"), str(place.issue(2))),
    ):
        text = text.replace(old, new)
    (copied / "device.toml").write_text(text)
    return copied


def connected_twice(log: Path) -> bool:
    return log.read_text().count("uplink.connected") == 2


def nothing_waits(home: Path) -> bool:
    return bool(by_hand(home, "status")["waiting"]["al"] == 0)


@dataclass
class Pair:
    """A device and its copy, and what the store says of them."""

    owner: Owner
    homes: tuple[Path, Path]

    def ask(self, query: str) -> list[Any]:
        return self.owner.execute(query.encode()).fetchall()

    def found(self) -> list[Any]:
        return self.ask("select device from store.clone where cleared is null")

    def turns(self) -> int:
        ((count,),) = self.ask("select coalesce(sum(turns), 0) from store.turn")
        return int(count)

    def spoke_since(self, before: int) -> bool:
        return bool(self.found()) or self.turns() > before

    async def take_turns(self) -> None:
        """Let each have something to say, until it is found out."""
        for turn in range(6 * MOST_TURNS):
            before = self.turns()
            for word in ("arm", "disarm"):
                by_hand(self.homes[turn % 2], word)
            await until(partial(self.spoke_since, before))
            if self.found():
                return

    async def call_for_help(self) -> None:
        """Press panic on both, and wait until both have their receipts."""
        for home in self.homes:
            by_hand(home, "panic")
        for home in self.homes:
            await until(partial(nothing_waits, home))


@pytest.fixture
async def pair(place: Served, owner: Owner) -> Pair:
    """Give a device that ran once, and a copy of all of it."""
    home = place.home()
    with running(home) as agent:
        await until(lambda: "connections=1" in (home / "log").read_text())
        assert end(agent) == 0
    copied = thieves_copy(place, home)
    owner.execute("update store.certificate set issued = issued - interval '1 day'")
    for papers in (f"{place.device}-1", f"{place.device}-2"):
        for file in (place.folder / papers).glob("*.pem"):
            os.utime(file)  # neither wants a new certificate today
    return Pair(owner, (home, copied))


@pytest.mark.timeout(300)
async def test_a_copied_device_is_told_and_its_alarms_come_a14(
    place: Served, pair: Pair
):
    home, copied = pair.homes
    with running(home), running(copied):
        for one in (home, copied):  # the copy has the log of the first run, too
            await until(partial(connected_twice, one / "log"))
        await pair.take_turns()
        assert pair.found() == [(place.device,)]
        causes = pair.ask("select cause, state from store.incident")
        assert ("device-cloned", "open") in causes
        await pair.call_for_help()
        pressed = "select count(*) from store.event where kind = 'panic.pressed'"
        assert pair.ask(pressed) == [(2,)]
    papers = place.aged(place.folder / f"{place.device}-1")
    with running(home):  # its certificate is renewed, so that its alarms go on coming
        await until((papers / CURRENT).exists)
    assert place.fleet("clear", place.device) == 0
    assert pair.found() == []
    noted = pair.ask("select actor, object from store.audit")
    assert ("command:fleet clear", f"device:{place.device}") in noted
