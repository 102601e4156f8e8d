"""The process as it is run: keys, migrate, sync, run, and an end in order."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion

from collector.__main__ import SEALING_FILE, SIGNING_FILE, main
from collector.migrate import migrate
from collector.settings import PREFIX
from sites.answer import Receipt, open_answer
from sites.event import PanicPressed
from sites.frame import Header, digest, encode_record, seal
from sites.keys import key_text, private_key, signing_key
from sites.topic import Path as Way
from tests.collector.databases import url_as
from tests.collector.process import ROOT
from tests.collector.setting import EXAMPLES, Setting, Url, with_key
from tests.collector.waiting import SECONDS, until
from tests.collector.world import NOW
from tests.servers.mosquitto import Broker
from tests.servers.postgres import PostgresServer


@pytest.fixture
def setting(
    database_url: Url, private_broker: Broker, tmp_path: Path
) -> Iterator[Setting]:
    made = Setting(database_url, private_broker, tmp_path)
    yield made
    made.process.kill()


class Device:
    """A client that speaks as one device, with a key that the store is told of."""

    def __init__(self, broker: Broker, device: str) -> None:
        self.device, self.key = device, SigningKey(b"k" * 32)
        self.heard: SimpleQueue[bytes] = SimpleQueue()
        ready: SimpleQueue[str] = SimpleQueue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda *given: self.heard.put(given[2].payload)
        self.client.on_subscribe = lambda *_: ready.put("")
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        self.client.subscribe(Way(device, 1).topic("down"), qos=1)
        ready.get(timeout=SECONDS)

    def say(self, frame: bytes) -> None:
        self.client.publish(Way(self.device, 1).topic("al"), frame, qos=1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


async def test_a_press_of_the_button_becomes_an_incident_and_a_receipt(
    setting: Setting,
    private_broker: Broker,
    tmp_path: Path,
    owner: psycopg.Connection[tuple[Any, ...]],
):
    inventory = tmp_path / "inventory"
    name = with_key(inventory, SigningKey(b"k" * 32))
    setting.environment[f"{PREFIX}INVENTORY"] = str(inventory)
    setting.renew()
    await setting.start()
    device = Device(private_broker, name)
    record = PanicPressed(seq=1, at=NOW, sensor=5, silent=False)
    frame = seal(
        Header(name, "0" * 16, "al", NOW),
        [encode_record(record)],
        device.key,
        private_key(setting.read(SEALING_FILE)).public_key,
    )
    device.say(frame)
    collector = signing_key(setting.read(SIGNING_FILE)).verify_key
    sealed: list[bytes] = []
    await until(lambda: not device.heard.empty(), SECONDS)
    sealed.append(device.heard.get())
    device.close()
    receipt = open_answer(sealed[0], device.key, collector)
    assert isinstance(receipt, Receipt)
    assert (receipt.device, receipt.frame) == (name, digest(frame))
    assert receipt.outcome == "stored"
    assert abs(datetime.now(UTC) - receipt.at) < timedelta(minutes=1)
    assert owner.execute("select cause, state from store.incident").fetchall() == [
        ("panic", "open")
    ]
    status, metrics = setting.ask("/metrics")
    assert status == 200
    assert 'wachtpost_frames_total{lane="alarms",outcome="stored"} 1.0' in metrics
    assert setting.process.stop() == 0
    assert "collector.stopped" in setting.process.said()


async def test_it_says_that_nobody_is_told_where_no_mail_server_is_set(
    setting: Setting,
):
    await setting.start()
    status, told = setting.ask("/healthz")
    assert status == 503
    assert json.loads(told)["troubles"] == {
        "notify": "no SMTP server is set: nobody is told by e-mail",
        "sms": "no SMS gateway is set: nobody is told by SMS",
    }


async def test_it_corrects_times_of_long_ago(
    setting: Setting, owner: psycopg.Connection[tuple[Any, ...]]
):
    await setting.start()
    owner.execute(
        "insert into store.clock_lag"
        " (device, run, unit, site, seconds, since, until, before)"
        " select device, 'run', unit, site, 60, now(), now(), now()"
        " from store.device limit 1"
    )
    waits = "select from store.clock_lag"
    await until(lambda: not owner.execute(waits).fetchall(), SECONDS)
    assert setting.process.stop() == 0


async def test_it_says_when_the_broker_is_gone(
    setting: Setting, private_broker: Broker
):
    await setting.start()
    private_broker.kill()
    await until(lambda: "nothing is heard" in setting.ask("/healthz")[1], SECONDS)
    assert setting.process.stop() == 0


def ended(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # our own command
        [sys.executable, "-m", "collector", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def test_without_settings_it_says_which():
    done = ended("run")
    assert done.returncode == 1
    assert f"wachtpost collector: {PREFIX}SEALING_KEY is missing\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_migrated_is_told(setting: Setting, empty_database: str):
    url = url_as(empty_database, "wachtpost_collector")
    environment = {**setting.environment, f"{PREFIX}DATABASE_URL": url}
    done = ended("run", **environment)
    assert done.returncode == 1
    assert "run `wachtpost collector migrate`" in done.stderr


async def test_a_database_that_is_away_is_waited_for_and_its_address_not_told(
    setting: Setting, durable_postgres_server: PostgresServer
):
    server = durable_postgres_server
    await migrate(server.admin_url)
    url = url_as(server.admin_url, "wachtpost_collector")
    setting.environment[f"{PREFIX}DATABASE_URL"] = url
    setting.renew()
    server.kill()
    setting.process.start()
    await until(lambda: "database.awaited" in setting.process.said(), SECONDS)
    assert str(server.port) not in setting.process.said()
    server.start()
    await until(setting.listens, SECONDS)
    server.kill()
    assert setting.process.stop() == 0


async def test_it_ends_when_told_to_although_the_database_never_came(
    setting: Setting, durable_postgres_server: PostgresServer
):
    url = url_as(durable_postgres_server.admin_url, "wachtpost_collector")
    setting.environment[f"{PREFIX}DATABASE_URL"] = url
    setting.renew()
    durable_postgres_server.kill()
    setting.process.start()
    await until(lambda: "database.awaited" in setting.process.said(), SECONDS)
    assert setting.process.stop() == 0


def test_migrate_and_sync_say_what_they_did(
    empty_database: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["migrate", "--url", empty_database]) == 0
    url = url_as(empty_database, "wachtpost_collector")
    arguments = ["sync", "--inventory", str(EXAMPLES), "--url", url]
    assert main(arguments) == 0
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "the database is plain" in told
    assert "0 rows changed, 0 removed" in told


def test_an_inventory_with_faults_is_told_line_by_line(
    database_url: Url, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    url = database_url("wachtpost_collector")
    code = main(["sync", "--inventory", str(tmp_path), "--url", url])
    assert code == 1
    assert "rules.yaml: there is no such file" in capsys.readouterr().err


def test_keys_are_readable_by_their_owner_alone_and_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["keys", str(tmp_path / "made")]) == 0
    told = capsys.readouterr().out
    for name in (SEALING_FILE, SIGNING_FILE):
        path = tmp_path / "made" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().strip() not in told
    sealing = private_key((tmp_path / "made" / SEALING_FILE).read_text())
    assert f"collector_seal = {key_text(sealing.public_key)}" in told
    before = (tmp_path / "made" / SEALING_FILE).read_text()
    assert main(["keys", str(tmp_path / "made")]) == 1
    assert "never overwritten" in capsys.readouterr().err
    assert (tmp_path / "made" / SEALING_FILE).read_text() == before
