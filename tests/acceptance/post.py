"""A whole post: broker, database, collector and two stations, as real processes."""

from collections.abc import Iterator
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
from tests.collector.process import ROOT, Process
from tests.servers.process import free_port

EXAMPLES = ROOT / "sites" / "examples"
SITES = ("bureau-oost", "bureau-plein")  # they have no cameras: these cost time
BUTTON, HOUSING = 4, 5
QUANTITIES = ("temperature", "humidity", "light", "co2")
SPEED = 60  # times real time: a row of measurements comes every second
CHANGE_EVERY_S = 0.012
NO_MORE = "seconds,sensor,state\n1000000,1,open\n"
FLEET_KEY = SigningKey(b"f" * 32)


class Station:
    """One edge agent in a folder of its own; its switches never rest."""

    def __init__(self, site: str, device: str, folder: Path) -> None:
        self.site, self.device, self.home = site, device, folder
        self.process = Process(
            ["wachtpost", "edge", "run", "--home", str(folder)], folder / "log"
        )

    @property
    def written(self) -> int:
        """How many records it ever wrote down, over all of its lives."""
        return count_written(self.home / "outbox")

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


def collector_process(
    folder: Path, inventory: Path, database_url: str, broker_port: int
) -> Process:
    """Give a collector that is not started yet; its keys are in `folder`."""
    environment = {
        "DATABASE_URL": database_url,
        "INVENTORY": str(inventory),
        "BROKER": f"mqtt://127.0.0.1:{broker_port}",
        "SEALING_KEY_FILE": str(folder / SEALING_FILE),
        "SIGNING_KEY_FILE": str(folder / SIGNING_FILE),
        "BLOBS": str(folder / "blobs"),
        "HEALTH": f"127.0.0.1:{free_port()}",
    }
    return Process(
        ["wachtpost", "collector", "run"],
        folder / "log",
        {PREFIX + name: value for name, value in environment.items()},
    )


def furnish(folder: Path, broker_port: int) -> tuple[Path, list[Station]]:
    """Make the collector's keys, an inventory with keys of ours, and two stations."""
    seal_key, sign_key = make_keys(folder)
    inventory = folder / "inventory"
    keys = {site: SigningKey(site.encode().ljust(32, b".")) for site in SITES}
    for path in EXAMPLES.rglob("*.yaml"):
        copy = inventory / path.relative_to(EXAMPLES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_changed(path, keys))
    loaded = load(inventory)
    stations = []
    for site, key in keys.items():
        device = loaded.sites[site].devices[0].id
        home = folder / site
        home.mkdir(mode=0o700)
        (home / "site.json").write_bytes(sign(cut(loaded, device), FLEET_KEY))
        _write_secret(home / "device.key", key_text(key))
        (home / "contacts.csv").write_text("\n".join(_changes()) + "\n")
        settings = {
            "path": f"{device}-1",
            "broker": f"127.0.0.1:{broker_port}",
            "collector_seal": seal_key,
            "collector_sign": sign_key,
            "site_file_key": key_text(FLEET_KEY.verify_key),
            "contacts": "contacts.csv",
            "speed": SPEED,
            "loop": True,
            "demo": True,
        }
        if site == SITES[0]:
            settings["measurements"] = "measurements.csv"
            rows = [f"{20 + n % 5},{40 + n % 9},300,{500 + n}" for n in range(120)]
            table = [",".join(QUANTITIES), *rows]
            (home / "measurements.csv").write_text("\n".join(table) + "\n")
        lines = [f"{name} = {_toml(value)}" for name, value in settings.items()]
        (home / "device.toml").write_text("\n".join(lines) + "\n")
        stations.append(Station(site, device, home))
    return inventory, stations


def _changed(path: Path, keys: dict[str, SigningKey]) -> str:
    if path.stem not in keys or path.parent.name != "sites":
        return path.read_text()
    site: dict[str, Any] = yaml.safe_load(path.read_text())
    (device,) = site["devices"]
    device["key"] = key_text(keys[path.stem].verify_key)
    if path.stem == SITES[0]:
        device["sensors"] += [
            {"number": number, "kind": "measurement", "zone": 1, "quantity": quantity}
            for number, quantity in enumerate(QUANTITIES, start=8)
        ]
    return yaml.safe_dump(site, sort_keys=False)


def _changes() -> Iterator[str]:
    """Doors all the time, and now and then the button and the housing."""
    yield "seconds,sensor,state"
    for n in range(2_000):
        at = (n + 1) * CHANGE_EVERY_S * SPEED
        yield f"{at:.3f},{n // 2 % 2 + 1},{'open' if n % 2 == 0 else 'closed'}"
        if n % 97 == 50:
            yield f"{at + 0.1:.3f},{BUTTON},pressed"
        if n % 211 == 100:
            yield f"{at + 0.1:.3f},{HOUSING},open"
            yield f"{at + 0.4:.3f},{HOUSING},closed"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write_secret(path: Path, text: str) -> None:
    path.write_text(text + "\n")
    path.chmod(0o600)
