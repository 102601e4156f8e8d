"""A device with two paths to the broker loses one of them, the other, or both."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import SHUT_RDWR, socket
from time import monotonic
from typing import Any, Self

import paho.mqtt.client as mqtt
import psycopg
import pytest
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion

from collector.__main__ import SEALING_FILE
from collector.settings import PREFIX
from sites.frame import Header, encode_record, seal
from sites.health import Heartbeat
from sites.keys import private_key
from sites.topic import Path as Way
from tests.collector.setting import Setting, Url, with_key, with_keys
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker

Owner = psycopg.Connection[tuple[Any, ...]]
KEY = SigningKey(b"k" * 32)
RUN = "0" * 16
PROMISED = timedelta(seconds=90)
EARLIEST = timedelta(seconds=86)
BEAT_S = 5.0


class Sender:
    """One path of a device: a connection of its own, with a last will of its own."""

    def __init__(
        self, broker: Broker, way: Way, seal_to: str, key: SigningKey = KEY
    ) -> None:
        self.way, self._seal_to, self._key = way, seal_to, key
        self._broker, self._seq = broker, way.way * 1_000_000

    def __enter__(self) -> Self:
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.way.text,
            reconnect_on_failure=False,
        )
        self.client.will_set(self.way.topic("gone"), b"0123456789abcdef", qos=1)
        self.client.connect(self._broker.host, self._broker.port)
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def beat(self) -> None:
        """Say that the device lives, on this path."""
        self._seq, now = self._seq + 1, datetime.now(UTC)
        beat = Heartbeat(
            seq=self._seq, at=now, uptime_s=1, backlog_al=0, backlog_up=0, disk_free=0.5
        )
        frame = seal(
            Header(self.way.device, RUN, "up", now),
            [encode_record(beat)],
            self._key,
            private_key(self._seal_to).public_key,
        )
        self.client.publish(self.way.topic("up"), frame, qos=1)

    def cut(self) -> None:
        """Break the connection off without a word, so that the broker speaks."""
        sock = self.client.socket()
        assert isinstance(sock, socket)
        sock.shutdown(SHUT_RDWR)


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


MUTE = {"bureau-haven": {1}, "bureau-oost": {2}, "bureau-plein": {1, 2}}


async def test_path_a_b_or_both_fall_mute_and_are_told_within_90_s_a10(
    database_url: Url, private_broker: Broker, tmp_path: Path, owner: Owner
):
    """In real time, since nothing can pass for a time in which we listened."""
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
