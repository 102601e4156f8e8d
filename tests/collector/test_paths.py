"""A device with two paths to the broker has one of them, the other, or both cut off.

That they fall mute without a word takes its time: `test_mute_path`.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.__main__ import SEALING_FILE
from collector.settings import PREFIX
from sites.topic import Path as Way
from tests.collector.path_sender import KEY, Sender
from tests.collector.setting import Setting, Url, with_key
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker

Owner = psycopg.Connection[tuple[Any, ...]]
PROMISED = timedelta(seconds=90)


class Pair:
    """Both paths of one device of a station, and what is known of them."""

    def __init__(self, owner: Owner, senders: dict[int, Sender]) -> None:
        self.owner, self.senders = owner, senders

    def heard(self) -> set[int]:
        found = self.owner.execute("select way from store.path_state").fetchall()
        return {int(way) for (way,) in found}

    def let_pass(self, seconds: float) -> None:
        """Move all that was heard and said into the past."""
        for table, column in (
            ("device_state", "heard"),
            ("path_state", "heard"),
            ("path_state", "gone"),
        ):
            self.owner.execute(
                f"update store.{table} set {column} = {column}"  # noqa: S608  # words of the line above
                f" - make_interval(secs => {seconds})".encode()
            )

    def told(self) -> dict[int, timedelta]:
        """Give the paths that are told as lost, and how long after the last word."""
        found = self.owner.execute(
            "select way, lost_told - lost_since from store.path_state"
            " where lost_told is not null"
        ).fetchall()
        return dict(found)

    def causes(self) -> set[str]:
        found = self.owner.execute("select cause from store.incident").fetchall()
        return {str(cause) for (cause,) in found}


@pytest.fixture
async def pair(
    database_url: Url, private_broker: Broker, tmp_path: Path, owner: Owner
) -> AsyncIterator[Pair]:
    """Give a device that is heard on both of its paths by a real collector."""
    setting = Setting(database_url, private_broker, tmp_path)
    device = with_key(tmp_path / "inventory", KEY)
    setting.environment[f"{PREFIX}INVENTORY"] = str(tmp_path / "inventory")
    setting.renew()
    await setting.start()
    seal_to = setting.read(SEALING_FILE)
    with ExitStack() as stack:
        stack.callback(setting.process.kill)
        ways = {
            way: stack.enter_context(Sender(private_broker, Way(device, way), seal_to))
            for way in (1, 2)
        }
        for sender in ways.values():
            sender.beat()
        made = Pair(owner, ways)
        await until(lambda: made.heard() == {1, 2})
        yield made


@pytest.mark.parametrize("lost", [{1}, {2}, {1, 2}], ids=["A", "B", "both"])
async def test_a_path_that_is_cut_is_told_when_nothing_follows_a10(
    pair: Pair, owner: Owner, lost: set[int]
):
    def gone() -> set[int]:
        said = "select way from store.path_state where gone is not null"
        return {int(str(way)) for (way,) in owner.execute(said).fetchall()}

    for way in lost:
        pair.senders[way].cut()
    await until(lambda: gone() == lost)
    assert pair.told() == {}
    pair.let_pass(12)
    for way in {1, 2} - lost:
        pair.senders[way].beat()
    await until(lambda: pair.told().keys() == lost)
    assert all(after < PROMISED for after in pair.told().values())
    assert pair.causes() >= {"path"}
