"""Every device that the collector may believe, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nacl.public import PublicKey
from nacl.signing import VerifyKey

from sites.inventory import Inventory
from sites.keys import verify_key
from sites.site import Camera, Device, Sensor, Site


@dataclass(frozen=True)
class Known:
    """A device of the inventory; `zones` gives that of each sensor that has one.

    `answer_key` is the same key as `key`, as answers are sealed to it.
    """

    device: str
    site: str
    unit: str
    home: bool
    key: VerifyKey
    answer_key: PublicKey
    zones: Mapping[int, int]


Directory = Mapping[str, Known]


def directory_of(inventory: Inventory) -> Directory:
    """List every device of an inventory, by its id."""
    return MappingProxyType(
        {
            device.id: _known(site, device)
            for site in inventory.sites.values()
            for device in site.devices
        }
    )


def _known(site: Site, device: Device) -> Known:
    looks: tuple[Sensor | Camera, ...] = (*device.sensors, *device.cameras)
    zones = {one.number: one.zone for one in looks if one.zone is not None}
    key = verify_key(device.key)
    return Known(
        device=device.id,
        site=site.id,
        unit=site.unit,
        home=site.kind == "home",
        key=key,
        answer_key=key.to_curve25519_public_key(),
        zones=MappingProxyType(zones),
    )
