"""A broker that lets all through but our own words: what comes is stored, and so said.

As a Mosquitto does with an access list of before there were such words.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.metrics import Health
from dashboard.storing import COUNTS, Storing, Trouble
from tests.collector.databases import Role
from tests.collector.setting import Setting
from tests.collector.waiting import SECONDS, until
from tests.dashboard.house import House
from tests.dashboard.test_storing import collector
from tests.servers import mosquitto
from tests.servers.mosquitto import Broker
from tests.servers.need import needed
from tests.servers.process import private_folder, unprivileged

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LISTED = "".join(
    f"topic readwrite wp/1/+/{one}\n" for one in ("al", "up", "bl", "gone", "down")
)
WHY = "no word of our own comes back"
SURE = "niet opgeslagen"
SILENCE = "Wat binnenkomt wordt opgeslagen, maar stilte wordt niet gemeld"


@pytest.fixture
def old_broker() -> Iterator[Broker]:
    """Give a Mosquitto whose access list knows nothing of `wp/1/probe/+`."""
    with needed(), private_folder("acl", unprivileged("mosquitto")) as folder:
        (folder / "acl").write_text(LISTED)
        lines = ("allow_anonymous true", f"acl_file {folder / 'acl'}")
        with mosquitto.started(lines) as broker:
            yield broker


async def test_an_access_list_of_before_is_not_taken_for_a_broker_that_is_away(
    database_url: Callable[[Role], str], old_broker: Broker, tmp_path: Path
):
    setting = Setting(database_url, old_broker, tmp_path)
    try:
        setting.process.start()
        await until(lambda: '"hearing"' in setting.ask("/healthz")[1], SECONDS)
        told = setting.ask("/healthz")[1]
        assert '"broker"' not in told
        host, _, port = setting.health.rpartition(":")
        storing = Storing([(host, int(port))])
        soon = datetime.now(UTC)
        await storing.ask(soon)
        assert not storing.troubles
        await storing.ask(soon + COUNTS)
        assert [one.reason for one in storing.troubles] == ["unproven"]
        old_broker.kill()
        await until(lambda: '"broker"' in setting.ask("/healthz")[1], SECONDS)
        await storing.ask(soon)
        assert [one.reason for one in storing.troubles] == ["broker"]
    finally:
        setting.process.kill()


async def test_a_proof_that_comes_with_the_next_word_flashes_nothing():
    health = Health(clock=lambda: NOON)
    async with collector(health) as address:
        storing = Storing([address])
        health.trouble("hearing", WHY)
        assert await said(storing, 0) == await said(storing, 30) == []
        assert await said(storing, 31) == ["unproven"]
        health.well("hearing")
        assert await said(storing, 33) == []


async def said(storing: Storing, seconds: float) -> list[str]:
    """Ask so many seconds after noon; give the reasons that are told then."""
    await storing.ask(NOON + timedelta(seconds=seconds))
    return [one.reason for one in storing.troubles]


async def test_the_bar_does_not_claim_that_nothing_is_stored(house: House):
    guest = await house.guest("veenrand-coordinator")
    for trouble, words in (
        (Trouble("unproven", NOON), SILENCE),
        (Trouble("deaf", NOON), "en misschien wordt er niets opgeslagen"),
    ):
        house.parts.storing.troubles = (trouble,)
        page = (await guest.get("/")).text
        assert words in page
        assert SURE not in page
        assert not trouble.is_sure
    house.parts.storing.troubles = (Trouble("broker", NOON),)
    page = (await guest.get("/")).text
    assert "Er wordt niet opgeslagen: de broker is niet bereikbaar" in page
