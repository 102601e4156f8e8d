"""The devices of a demo: new keys, an inventory, and a folder for each that runs."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from dashboard.demo.material import Material, made_measurements, sources
from dashboard.demo.story import recording, story_of
from sites.device_file import cut, sign
from sites.inventory import Inventory
from sites.keys import key_text
from sites.load import load
from sites.site import Site

# Nobody waits for an exit delay in a demo.
EXIT_S = 2


@dataclass(frozen=True)
class Keys:
    """The collector's two keys, the one that signs device files, the devices' own."""

    sealing: PrivateKey
    answering: SigningKey
    fleet: SigningKey
    devices: Mapping[str, SigningKey]

    @classmethod
    def new(cls, inventory: Inventory) -> "Keys":
        """Draw all of them."""
        return cls(
            PrivateKey.generate(),
            SigningKey.generate(),
            SigningKey.generate(),
            {device: SigningKey.generate() for device in inventory.devices},
        )


@dataclass(frozen=True)
class Player:
    """One device that runs: where its folder is, and what it is at."""

    device: str
    site: Site
    folder: Path


def write_inventory(
    examples: Path, folder: Path, keys: Keys, films: Material
) -> Inventory:
    """Copy the examples with our keys and what there is to see, and load the copy."""
    before = load(examples)
    changes = {
        device.key: key_text(keys.devices[device.id].verify_key)
        for device in before.devices.values()
    }
    cameras = [one for device in before.devices.values() for one in device.cameras]
    wanted = [camera.source for camera in cameras if "footage:" in camera.source]
    changes |= sources(wanted, films)
    shutil.copytree(examples, folder)
    for path in folder.glob("sites/*.yaml"):
        text = path.read_text("utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        path.write_text(re.sub(r"(?m)^exit_s: \d+", f"exit_s: {EXIT_S}", text), "utf-8")
    return load(folder)


def players(inventory: Inventory, unit: str) -> tuple[Site, Site]:
    """Choose who plays: a station of the unit with cameras, and one of its kits."""
    own = [site for site in inventory.sites.values() if site.unit == unit]
    station = next(
        site
        for site in own
        if site.kind == "station" and any(d.cameras for d in site.devices)
    )
    return station, next(site for site in own if site.kind == "home")


def furnish(
    top: Path, inventory: Inventory, site: Site, keys: Keys, films: Material
) -> Player:
    """Make the folder of the site's first device, but for its settings."""
    device = site.devices[0]
    folder = top / device.id
    folder.mkdir(mode=0o700, parents=True)
    (folder / "device.key").touch(mode=0o600)
    (folder / "device.key").write_text(key_text(keys.devices[device.id]))
    (folder / "site.json").write_bytes(sign(cut(inventory, device.id), keys.fleet))
    (folder / "contacts.csv").write_text(recording(site, device, story_of(site)))
    measured = films.measurements
    (folder / "measurements.csv").write_text(
        measured.read_text() if measured else made_measurements()
    )
    return Player(device.id, site, folder)


def settings_of(player: Player, keys: Keys, broker: int, films: Material) -> str:
    """Write the device.toml of a player."""
    lines = [
        f'path = "{player.device}-1"',
        f'broker = "127.0.0.1:{broker}"',
        f'collector_seal = "{key_text(keys.sealing.public_key)}"',
        f'collector_sign = "{key_text(keys.answering.verify_key)}"',
        f'site_file_key = "{key_text(keys.fleet.verify_key)}"',
        'contacts = "contacts.csv"',
        "loop = true",
        "demo = true",
    ]
    if films.footage is not None:
        lines.append(f"footage = '{films.footage}'")
    if any(one.kind == "measurement" for one in player.site.devices[0].sensors):
        lines.append('measurements = "measurements.csv"')
    return "\n".join(lines) + "\n"
