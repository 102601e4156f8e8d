"""From an offline key to a device and back: real broker, collector and agent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion

from collector.__main__ import SEALING_FILE, SIGNING_FILE, main
from collector.fleet import order_paper
from collector.settings import PREFIX
from sites.answer import ANSWER_BYTES, deliver, seal_answer
from sites.command import Arm, Command, Order, Restart, Signed, sign
from sites.keys import key_text, private_key, signing_key
from sites.topic import Path as Way
from sites.words import SiteKind
from tests.collector.setting import Setting, Url, with_keys
from tests.collector.waiting import until
from tests.edge.agent_process import by_hand, end, running
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.device_home import make_home, site_file
from tests.servers.mosquitto import Broker

Owner = psycopg.Connection[tuple[Any, ...]]
QUIET = "seconds,sensor,state\n999999,1,open\n"
PASSPHRASE = "correct horse battery"  # noqa: S105  # of this test
SENT = ("command:fleet send", "change", "site:bureau-haven")
ATTENTION = ("command-refused", "attention", "command-refused")
REPEATED = ("command.refused", "repeated")


@dataclass
class Town:
    """A collector, a device, whoever holds the broker, and an administrator."""

    folder: Path
    owner: Owner
    setting: Setting
    broker: Broker
    device: str
    recorded: list[bytes] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "device"

    @property
    def secret(self) -> str:
        return str(self.folder / "secret")

    async def fleet(self, *words: str) -> None:
        assert await asyncio.to_thread(main, ["fleet", *words]) == 0

    def keep_secret(self) -> None:
        Path(self.secret).write_text(PASSPHRASE + "\n")
        Path(self.secret).chmod(0o600)

    def command_key(self) -> SigningKey:
        return order_paper.read_key(self.folder / "command.key", PASSPHRASE.encode())

    async def command(self, *order: str) -> None:
        """Do as an administrator does: sign it elsewhere, send it here."""
        paper = str(self.folder / "paper")
        own = ("--key", str(self.folder / "command.key"))
        await self.fleet(
            *("command", self.device, *order, *own, "--passphrase-file", self.secret),
            *("--valid", "30", "--out", paper),
        )
        await self.fleet("send", paper)

    def wrapped(self, signed: Signed) -> bytes:
        """Seal as whoever took the collector over can."""
        key = signing_key(self.setting.read(SIGNING_FILE))
        return seal_answer(
            deliver(signed, datetime.now(UTC)), key, DEVICE_KEY.verify_key
        )

    def signed(self, key: SigningKey | None = None, **changes: Any) -> Signed:
        now = datetime.now(UTC)
        fields: dict[str, Any] = {
            "device": self.device,
            "number": int(now.timestamp() * 1000),
            "made": now,
            "expires": now + timedelta(minutes=30),
            "order": Restart(),
        }
        return sign(Command(**(fields | changes)), key or self.command_key())

    def publish(self, payload: bytes) -> None:
        """Send something down as whoever holds the broker can."""
        self.client.publish(Way(self.device, 1).topic("down"), payload, qos=1)

    def said(self) -> list[tuple[str, str]]:
        """Give what the device said of commands, in order."""
        rows = self.owner.execute(
            "select kind, coalesce(data->>'reason', data->>'order') from store.event"
            " where kind like 'command.%' order by at, seq"
        ).fetchall()
        return [(kind, word) for kind, word in rows]

    def states(self) -> list[tuple[Any, ...]]:
        return self.owner.execute(
            "select what, outcome, reason from store.command order by number"
        ).fetchall()

    def incidents(self) -> list[tuple[Any, ...]]:
        return self.owner.execute(
            "select rule, priority, playbook from store.incident"
            " where cause = 'command'"
        ).fetchall()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Record all that goes down, as whoever holds the broker can."""
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda *args: self.recorded.append(args[2].payload)
        self.client.connect(self.broker.host, self.broker.port)
        self.client.subscribe(Way(self.device, 1).topic("down"))
        self.client.loop_start()
        try:
            yield
        finally:
            self.client.disconnect()
            self.client.loop_stop()


@pytest.fixture(params=["bureau-haven"])
async def town(
    request: pytest.FixtureRequest,
    database_url: Url,
    private_broker: Broker,
    tmp_path: Path,
    owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Town]:
    """Give a device that a real collector hears, and that takes commands."""
    setting = Setting(database_url, private_broker, tmp_path)
    site: str = request.param
    device = with_keys(tmp_path / "inventory", {site: DEVICE_KEY})[site]
    kind: SiteKind = "station" if site.startswith("bureau") else "home"
    setting.environment[f"{PREFIX}INVENTORY"] = str(tmp_path / "inventory")
    setting.renew()
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", database_url("wachtpost_collector"))
    made = Town(tmp_path, owner, setting, private_broker, device)
    made.keep_secret()
    made.home.mkdir()
    (made.home / "quiet.csv").write_text(QUIET)
    key = str(tmp_path / "command.key")
    await made.fleet("command-key", key, "--passphrase-file", made.secret)
    make_home(
        made.home,
        private_broker.port,
        site_file(device, kind),
        contacts="quiet.csv",
        collector_seal=key_text(private_key(setting.read(SEALING_FILE)).public_key),
        collector_sign=key_text(signing_key(setting.read(SIGNING_FILE)).verify_key),
        command_key=key_text(made.command_key().verify_key),
    )
    await setting.start()
    try:
        with made.listening():
            yield made
    finally:
        setting.process.kill()


def heard(town: Town) -> Callable[[], bool]:
    """Tell whether the device was heard, and has had a receipt."""
    return lambda: bool(town.recorded)


async def test_a_command_goes_out_and_what_became_of_it_is_told(
    town: Town, capsys: pytest.CaptureFixture[str]
):
    with running(town.home) as agent:
        await until(heard(town))
        await town.command("arm", "away")
        await until(lambda: town.states() == [("arm", "obeyed", None)])
        assert by_hand(town.home, "status")["phase"] in {"arming", "armed"}
        await town.command("accept-view", "9")
        aside = ("accept_view", "refused", "not_done")
        await until(lambda: town.states()[1:] == [aside])
        await town.command("restart")
        await until(lambda: town.states()[2:] == [("restart", "obeyed", None)])
        assert agent.wait(60) == 0
    assert town.incidents() == []
    capsys.readouterr()
    await town.fleet("commands")
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[3:5] for line in told] == [
        ["restart", "obeyed"],
        ["accept_view", "refused"],
        ["arm", "obeyed"],
    ]
    audited = town.owner.execute(
        "select actor, verb, subject, reason from store.audit"
        " where object like 'command:%' order by entry"
    ).fetchall()
    words = ("arm", "accept_view", "restart")
    assert audited == [(*SENT, word) for word in words]


async def test_what_was_recorded_at_the_broker_is_played_back_in_vain(town: Town):
    with running(town.home) as agent:
        await until(heard(town))
        await town.command("arm", "away")
        await until(lambda: town.said() == [("command.obeyed", "arm")])
        everything = list(town.recorded)
        assert by_hand(town.home, "disarm")["ok"]
        for recorded in everything:
            town.publish(recorded)
        await until(lambda: town.said()[1:] == [REPEATED])
        assert end(agent) == 0
    with running(town.home) as agent:
        before = len(town.recorded)
        await until(lambda: len(town.recorded) > before)
        for recorded in everything:
            town.publish(recorded)
        await until(lambda: town.said()[1:] == [REPEATED] * 2)
        assert by_hand(town.home, "status")["phase"] == "disarmed"
        assert end(agent) == 0
    assert town.states() == [("arm", "obeyed", None)]
    assert town.incidents() == [ATTENTION]


FORGED: dict[str, Callable[[Town], Signed]] = {
    "by the collector's own key": lambda town: town.signed(
        signing_key(town.setting.read(SIGNING_FILE))
    ),
    "by nobody": lambda town: Signed(town.signed().said, bytes(64)),
    "in one bit": lambda town: flipped(town.signed()),
}


def flipped(signed: Signed) -> Signed:
    return Signed(signed.said.replace(b"restart", b"restarT"), signed.signature)


async def test_a_command_without_the_offline_signature_is_ignored_and_told_a17(
    town: Town,
):
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    tried: list[tuple[str, Signed]] = [
        *(("forged", make(town)) for make in FORGED.values()),
        ("another_device", town.signed(device="z" * 16)),
        ("expired", town.signed(made=now - 2 * hour, expires=now - hour)),
        ("too_early", town.signed(made=now + hour, expires=now + 2 * hour)),
    ]
    with running(town.home) as agent:
        await until(heard(town))
        assert by_hand(town.home, "arm")["ok"]
        for _, signed in tried:
            town.publish(town.wrapped(signed))
        reasons = dict.fromkeys(trouble for trouble, _ in tried)
        said = [("command.refused", trouble) for trouble in reasons]
        await until(lambda: len(town.said()) >= len(said))
        assert sorted(town.said()) == sorted(said)
        assert by_hand(town.home, "status")["phase"] in {"arming", "armed"}
        assert agent.poll() is None  # it did not restart
        assert town.incidents() == [("command-refused", "attention", "command-refused")]
        assert end(agent) == 0


async def test_nothing_that_may_not_be_ordered_can_be_with_any_key(town: Town):
    disarm = town.signed().said.replace(b'"restart"', b'"disarm"')
    key = town.command_key()
    stolen = Signed(disarm, key.sign(b"wachtpost-command 1\n" + disarm).signature)
    with running(town.home) as agent:
        await until(heard(town))
        assert by_hand(town.home, "arm")["ok"]
        town.publish(town.wrapped(stolen))
        await until(lambda: town.said() == [("command.refused", "unknown_order")])
        assert by_hand(town.home, "status")["phase"] in {"arming", "armed"}
        assert len(town.incidents()) == 1
        assert end(agent) == 0


@pytest.mark.parametrize("town", ["7f3k-qg"], indirect=True)
async def test_a_home_is_restarted_from_afar_and_nothing_else(town: Town):
    with running(town.home) as agent:
        await until(heard(town))
        await town.command("arm", "away")
        await until(lambda: town.states() == [("arm", "refused", "not_allowed_here")])
        assert by_hand(town.home, "status")["phase"] == "disarmed"
        await town.command("restart")
        await until(lambda: town.states()[1:] == [("restart", "obeyed", None)])
        assert agent.wait(60) == 0
    assert town.incidents() == [ATTENTION]
    assert {len(one) for one in town.recorded} == {ANSWER_BYTES}


def test_no_order_of_the_wire_is_one_that_a_person_alone_may_give():
    words = {str(one.__struct_config__.tag) for one in Order.__args__}
    assert not words & {"disarm", "duress", "panic"}
    assert Arm in Order.__args__
