"""What a run is furnished with: keys, an inventory, and devices that never rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nacl.signing import SigningKey

from collector.__main__ import SEALING_FILE, SIGNING_FILE, make_keys
from collector.settings import PREFIX
from edge.past import count_written
from sites.device_file import cut, sign
from sites.keys import key_text
from sites.load import load
from tests.chaos.clock import SteppedClock
from tests.collector.process import ROOT, Process
from tests.servers.tmpfs import SmallDisks

EXAMPLES = ROOT / "sites" / "examples"
STATIONS = ("bureau-oost", "bureau-plein")  # they have no cameras: these cost time
HOMES = ("h4tx-kp",)
SITES = (*STATIONS, *HOMES)
OUTBOX_KB = 8 * 1024  # of a small disk; 1 MiB of it is kept free for alarms
QUANTITIES = ("temperature", "humidity", "light", "co2")
SPEED = 60  # times real time: a row of measurements comes every second
NO_MORE = "seconds,sensor,state\n1000000,1,open\n"
FLEET_KEY = SigningKey(b"f" * 32)


@dataclass(frozen=True)
class Ground:
    """What a program stands on: small disks, its network, a clock that jumps."""

    disks: SmallDisks | None = None
    network: tuple[str, ...] = ()
    clock: SteppedClock | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the program needs in its environment."""
        return self.clock.environment if self.clock else {}

    @property
    def prefix(self) -> tuple[str, ...]:
        """The words before its command."""
        return (*(self.disks.prefix if self.disks else ()), *self.network)


class Station:
    """One edge agent in a folder of its own; its switches never rest."""

    def __init__(self, site: str, device: str, home: Path, ground: Ground) -> None:
        self.site, self.device, self.home = site, device, home
        self.disks = ground.disks
        self.process = Process(
            ["wachtpost", "edge", "run", "--home", str(home)],
            home / "log",
            ground.environment,
            ground.prefix,
        )

    @property
    def outbox(self) -> Path:
        """Where its outbox is, as it sees it; on a small disk where there are any."""
        return self.home / "outbox"

    @property
    def written(self) -> int:
        """How many records it ever wrote down, over all of its lives."""
        seen = self.disks.seen(self.outbox) if self.disks else self.outbox
        return count_written(seen)

    def rest(self) -> None:
        """Let nothing happen any more after its next start, but its heartbeat."""
        (self.home / "contacts.csv").write_text(NO_MORE)
        settings = self.home / "device.toml"
        kept = [
            line
            for line in settings.read_text().splitlines()
            if not line.startswith(("measurements", "loop"))
        ]
        settings.write_text("\n".join(kept) + "\n")


@dataclass(frozen=True)
class Keys:
    """The public halves of the collector's keys, and each device's own key."""

    seal: str
    sign: str
    devices: dict[str, SigningKey]


def make_inventory(folder: Path) -> tuple[Path, Keys]:
    """Make the collector's keys, and an inventory whose devices have keys of ours."""
    own = {site: SigningKey(site.encode().ljust(32, b".")) for site in SITES}
    keys = Keys(*make_keys(folder), own)
    inventory = folder / "inventory"
    for path in EXAMPLES.rglob("*.yaml"):
        copy = inventory / path.relative_to(EXAMPLES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_changed(path, own))
    return inventory, keys


def make_station(
    folder: Path, site: str, keys: Keys, brokers: Sequence[str], ground: Ground
) -> Station:
    """Give an agent that is not started yet, at a site of `folder / "inventory"`.

    It has a path to each of these brokers, one or two.
    """
    loaded = load(folder / "inventory")
    device = loaded.sites[site].devices[0].id
    home = folder / site
    (home / "outbox").mkdir(mode=0o700, parents=True)
    if ground.disks is not None:
        ground.disks.mount(home / "outbox", OUTBOX_KB)
    (home / "site.json").write_bytes(sign(cut(loaded, device), FLEET_KEY))
    _write_secret(home / "device.key", key_text(keys.devices[site]))
    changes = _home_changes() if site in HOMES else _changes()
    (home / "contacts.csv").write_text("\n".join(changes) + "\n")
    settings = {
        "path": f"{device}-1",
        "broker": brokers[0],
        "collector_seal": keys.seal,
        "collector_sign": keys.sign,
        "site_file_key": key_text(FLEET_KEY.verify_key),
        "contacts": "contacts.csv",
        "speed": SPEED,
        "loop": True,
        "demo": True,
    }
    if site == STATIONS[0]:
        settings["measurements"] = "measurements.csv"
        rows = [f"{20 + n % 5},{40 + n % 9},300,{500 + n}" for n in range(120)]
        table = [",".join(QUANTITIES), *rows]
        (home / "measurements.csv").write_text("\n".join(table) + "\n")
    lines = [f"{name} = {_toml(value)}" for name, value in settings.items()]
    for broker in brokers[1:]:
        lines += ["[second]", f'path = "{device}-2"', f'broker = "{broker}"']
    (home / "device.toml").write_text("\n".join(lines) + "\n")
    return Station(site, device, home, ground)


@dataclass(frozen=True)
class Ways:
    """How one of several collectors reaches the others."""

    name: str
    database_url: str
    broker: str
    health_port: int


def collector_process(folder: Path, ways: Ways, ground: Ground) -> Process:
    """Give a collector that is not started yet; keys and inventory are in `folder`."""
    environment = {
        "DATABASE_URL": ways.database_url,
        "INVENTORY": str(folder / "inventory"),
        "BROKER": f"mqtt://{ways.broker}",
        "NAME": ways.name,
        "SHARE": "true",
        "SEALING_KEY_FILE": str(folder / SEALING_FILE),
        "SIGNING_KEY_FILE": str(folder / SIGNING_FILE),
        "BLOBS": str(folder / "blobs"),
        "HEALTH": f"127.0.0.1:{ways.health_port}",
    }
    return Process(
        ["wachtpost", "collector", "run"],
        folder / f"{ways.name}.log",
        {
            **{PREFIX + name: value for name, value in environment.items()},
            **ground.environment,
        },
        ground.network,
    )


def _changed(path: Path, keys: dict[str, SigningKey]) -> str:
    site: dict[str, Any] = yaml.safe_load(path.read_text())
    if path.parent.name != "sites" or site["id"] not in keys:
        return path.read_text()
    (device,) = site["devices"]
    device["key"] = key_text(keys[site["id"]].verify_key)
    if site["id"] == STATIONS[0]:
        device["sensors"] += [
            {"number": number, "kind": "measurement", "zone": 1, "quantity": quantity}
            for number, quantity in enumerate(QUANTITIES, start=8)
        ]
    return yaml.safe_dump(site, sort_keys=False)


def _changes() -> Iterator[str]:
    """Doors all the time, and now and then the button and the housing."""
    button, housing, every_s = 4, 5, 0.012
    yield "seconds,sensor,state"
    for n in range(2_000):
        at = (n + 1) * every_s * SPEED
        yield f"{at:.3f},{n // 2 % 2 + 1},{'open' if n % 2 == 0 else 'closed'}"
        if n % 97 == 50:
            yield f"{at + 0.1:.3f},{button},pressed"
        if n % 211 == 100:
            yield f"{at + 0.1:.3f},{housing},open"
            yield f"{at + 0.4:.3f},{housing},closed"


def _home_changes() -> Iterator[str]:
    """A button in turn with the housing, no more than a home's slots can carry."""
    button, housing, every_s = 2, 4, 4.0
    yield "seconds,sensor,state"
    for n in range(200):
        at = (n + 1) * every_s * SPEED
        if n % 2:
            yield f"{at:.3f},{housing},open"
            yield f"{at + 30:.3f},{housing},closed"
        else:
            yield f"{at:.3f},{button},pressed"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write_secret(path: Path, text: str) -> None:
    path.write_text(text + "\n")
    path.chmod(0o600)
