"""The declared inventory: who watches what, and what is done about it.

It was checked when it was loaded (`sites.load`); nothing in it can be changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from sites.errors import UnknownDeviceError
from sites.playbook import Playbook
from sites.policy import Policy, in_force
from sites.rule import Rule, RuleKind, fits_loss
from sites.site import Camera, Device, Sensor, Site, Zone
from sites.unit import Unit


@dataclass(frozen=True)
class Inventory:
    """Everything that was declared, by id."""

    policy: Policy = field(default_factory=Policy)
    units: Mapping[str, Unit] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("units", "sites", "rules", "playbooks"):
            frozen = MappingProxyType(dict(getattr(self, name)))
            object.__setattr__(self, name, frozen)

    @cached_property
    def devices(self) -> Mapping[str, Device]:
        """Every device of every site, by its id."""
        return MappingProxyType(
            {
                device.id: device
                for site in self.sites.values()
                for device in site.devices
            }
        )

    @cached_property
    def _sites_by_device(self) -> Mapping[str, Site]:
        return {
            device.id: site for site in self.sites.values() for device in site.devices
        }

    @cached_property
    def _rules_by_kind(self) -> Mapping[str, tuple[Rule, ...]]:
        kinds = {kind for rule in self.rules.values() for kind in rule.kinds}
        return {
            kind: tuple(rule for rule in self.rules.values() if kind in rule.kinds)
            for kind in kinds
        }

    def device(self, device: str) -> Device:
        """Give a device by its id; raises UnknownDeviceError."""
        try:
            return self.devices[device]
        except KeyError:
            raise UnknownDeviceError(device) from None

    def site_of(self, device: str) -> Site:
        """Give the site at which a device stands; raises UnknownDeviceError."""
        try:
            return self._sites_by_device[device]
        except KeyError:
            raise UnknownDeviceError(device) from None

    def policy_of(self, unit: str) -> Policy:
        """Give the policy in force for a unit: the national one, made stricter."""
        return in_force(self.policy, self.units[unit].policy)

    def zone(self, site: str, number: int) -> Zone | None:
        """Give a zone of a site by its number, None where there is none."""
        return next((z for z in self.sites[site].zones if z.number == number), None)

    def sensor(self, device: str, number: int) -> Sensor | Camera | None:
        """Give the sensor or camera with this number on a device, or None."""
        found = self.device(device)
        seen: tuple[Sensor | Camera, ...] = (*found.sensors, *found.cameras)
        return next((one for one in seen if one.number == number), None)

    def rules_for(
        self,
        kind: RuleKind | str,
        device: str,
        *,
        sensor: int | None = None,
        zone: int | None = None,
        said: Mapping[str, object] = MappingProxyType({}),
    ) -> tuple[Rule, ...]:
        """Give the rules that a record of this kind from this place sets off.

        Without `zone`, the zone of the sensor counts, and of a camera each that it
        views. `said` are the record's other fields. The order is that of the file.
        Raises UnknownDeviceError.
        """
        site = self.site_of(device)
        zone_kinds = self._zone_kinds(site, device, sensor, zone)
        name = f"{device}/{sensor}"
        return tuple(
            rule
            for rule in self._rules_by_kind.get(kind, ())
            if site.kind in rule.site_kinds
            and (not rule.zone_kinds or not zone_kinds.isdisjoint(rule.zone_kinds))
            and (not rule.sensors or name in rule.sensors)
            and fits_loss(rule, said.get("reason"), said.get("suspect"))
        )

    def with_keys(self, keys: Mapping[str, str]) -> "Inventory":
        """Give the same inventory with other public keys, by device id.

        Raises UnknownDeviceError where a device is not in it.
        """
        for device in keys:
            self.device(device)
        return replace(
            self, sites={id_: _rekeyed(site, keys) for id_, site in self.sites.items()}
        )

    def _zone_kinds(
        self, site: Site, device: str, sensor: int | None, zone: int | None
    ) -> frozenset[str]:
        numbers: set[int | None] = {zone}
        if zone is None and sensor is not None:
            seen = self.sensor(device, sensor)
            if isinstance(seen, Camera):
                numbers = {view.zone for view in seen.views}
            elif seen is not None:
                numbers = {seen.zone}
        return frozenset(zone.kind for zone in site.zones if zone.number in numbers)


def _rekeyed(site: Site, keys: Mapping[str, str]) -> Site:
    devices = tuple(
        device.model_copy(update={"key": keys.get(device.id, device.key)})
        for device in site.devices
    )
    return site.model_copy(update={"devices": devices})
