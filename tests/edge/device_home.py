"""Makes the folder of a device as an installer would, for tests of the whole agent."""

from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from sites.device_file import DeviceFile, sign
from sites.keys import key_text, new_device_id
from sites.words import SiteKind
from tests.edge.collector_side import COLLECTOR_SEAL, COLLECTOR_SIGN, DEVICE_KEY

FLEET_KEY = SigningKey(bytes(range(3, 35)))
WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
SENSORS: list[dict[str, Any]] = [
    {"number": 1, "kind": "contact", "zone": 1, "pin": 17},
    {"number": 2, "kind": "pir", "zone": 2, "pin": 18},
    {"number": 3, "kind": "tamper", "zone": 2, "pin": 19},
    {"number": 4, "kind": "panic", "pin": 20, "silent": True},
    {"number": 5, "kind": "measurement", "quantity": "temperature"},
    {"number": 6, "kind": "measurement", "quantity": "co2"},
]


def site_file(device: str, kind: SiteKind = "station", **changes: Any) -> DeviceFile:
    """Give a device's file: an entrance (zone 1), a corridor (2), no schedule."""
    zones = ("entrance", "corridor") if kind == "station" else ("hall", "kitchen")
    fields: dict[str, Any] = {
        "device": device,
        "site_kind": kind,
        "exit_s": 0,
        "zones": [
            {"number": 1, "kind": zones[0], "entry_s": 30},
            {"number": 2, "kind": zones[1]},
        ],
        "sensors": SENSORS,
    }
    return DeviceFile.model_validate(fields | changes)


def make_home(folder: Path, port: int, site: DeviceFile, **settings: Any) -> Path:
    """Fill a device's folder; `settings` stand beside the needed ones."""
    folder.mkdir(exist_ok=True)
    key = folder / "device.key"
    key.write_text(key_text(DEVICE_KEY))
    key.chmod(0o600)
    (folder / "site.json").write_bytes(sign(site, FLEET_KEY))
    fields = {
        "path": f"{site.device}-1",
        "broker": f"127.0.0.1:{port}",
        "collector_seal": key_text(COLLECTOR_SEAL.public_key),
        "collector_sign": key_text(COLLECTOR_SIGN.verify_key),
        "site_file_key": key_text(FLEET_KEY.verify_key),
        "demo": True,
    }
    write_settings(folder, fields | settings)
    return folder


def write_settings(folder: Path, fields: dict[str, Any]) -> None:
    """Write device.toml; a field that is None is left out."""
    lines = [
        f"{name} = {toml(value)}" for name, value in fields.items() if value is not None
    ]
    (folder / "device.toml").write_text("\n".join(lines) + "\n")


def toml(value: Any) -> str:
    """Write one value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{n} = {toml(v)}" for n, v in value.items()) + "}"
    return '"' + str(value) + '"'


def new_site(kind: SiteKind = "station", **changes: Any) -> DeviceFile:
    """Give the file of a device that no other test has."""
    return site_file(new_device_id(), kind, **changes)
