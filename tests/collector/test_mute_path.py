"""A path that falls mute is told within 90 s, in real time.

Nothing can pass for a time in which we listened. It is alone in its file, so that the
others do not wait for it.
"""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
from nacl.signing import SigningKey

from collector.__main__ import SEALING_FILE
from collector.settings import PREFIX
from sites.topic import Path as Way
from tests.collector.path_sender import Sender
from tests.collector.setting import Setting, Url, with_keys
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker

Owner = psycopg.Connection[tuple[Any, ...]]
PROMISED = timedelta(seconds=90)
EARLIEST = timedelta(seconds=86)
BEAT_S = 5.0
MUTE = {"bureau-haven": {1}, "bureau-oost": {2}, "bureau-plein": {1, 2}}


async def test_path_a_b_or_both_fall_mute_and_are_told_within_90_s_a10(
    database_url: Url, private_broker: Broker, tmp_path: Path, owner: Owner
):
    keys = {site: SigningKey(site.encode().ljust(32, b".")) for site in MUTE}
    setting = Setting(database_url, private_broker, tmp_path)
    devices = with_keys(tmp_path / "inventory", keys)
    setting.environment[f"{PREFIX}INVENTORY"] = str(tmp_path / "inventory")
    setting.renew()
    await setting.start()
    with ExitStack() as stack:
        stack.callback(setting.process.kill)
        senders = {
            (site, way): stack.enter_context(
                Sender(
                    private_broker,
                    Way(device, way),
                    setting.read(SEALING_FILE),
                    keys[site],
                )
            )
            for site, device in devices.items()
            for way in (1, 2)
        }
        for sender in senders.values():
            sender.beat()
        lost = {(site, way) for site, ways in MUTE.items() for way in ways}
        began = monotonic()
        told: dict[tuple[str, int], timedelta] = {}

        def all_told() -> bool:
            beats = int((monotonic() - began) / BEAT_S)
            while len(given) < beats:
                given.append(beats)
                for key in senders.keys() - lost:
                    senders[key].beat()
            told.update(lost_ways(owner))
            return told.keys() >= lost

        given: list[int] = []
        await until(all_told, 2 * PROMISED.total_seconds())
    assert told.keys() == lost
    wrong = [one for one in told.values() if not EARLIEST < one <= PROMISED]
    assert wrong == []
    silent = "select site from store.device_state where silent_told is not null"
    assert owner.execute(silent.encode()).fetchall() == [("bureau-plein",)]
    ((after,),) = owner.execute(
        b"select silent_told - silent_since from store.device_state"
        b" where silent_told is not null"
    ).fetchall()
    assert isinstance(after, timedelta)
    assert timedelta(seconds=16) < after <= timedelta(seconds=20)


def lost_ways(owner: Owner) -> dict[tuple[str, int], timedelta]:
    """Give the paths that are told as lost, and how long after the last word."""
    found = owner.execute(
        "select site, way, lost_told - lost_since from store.path_state"
        " where lost_told is not null"
    ).fetchall()
    return {(site, way): after for site, way, after in found}
