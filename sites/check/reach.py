"""Which sensors of a draft can set off a rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from sites.draft import Draft, Place, Placed
from sites.event import KINDS
from sites.rule import FOUND_KINDS, Rule
from sites.site import Device, Site, ZoneKind

WITHOUT_ZONE = FOUND_KINDS | {
    "duress.entered",
    "disk.filling",
    "disk.full",
    "outbox.damaged",
    "clock.changed",
    "command.refused",
}
_ALARMING = frozenset({"contact", "pir", "camera", "tamper"})
_SENT_BY: dict[str, frozenset[str]] = {
    "contact.opened": frozenset({"contact"}),
    "motion.started": frozenset({"pir", "camera"}),
    "tamper.opened": frozenset({"tamper"}),
    "panic.pressed": frozenset({"panic"}),
    "alarm.raised": _ALARMING,
    "camera.lost": frozenset({"camera"}),
    "light.changed": frozenset({"camera"}),
    "nuisance.started": frozenset({"camera"}),
    "lens.dirty": frozenset({"camera"}),
    "visits.repeated": frozenset({"camera"}),
    "visit.lingered": frozenset({"camera"}),
}


@dataclass(frozen=True)
class Source:
    """Something that can write records: a sensor, a camera, or a device itself.

    `number` is None and `what` is "device" for a device itself.
    """

    site: Site
    device: str
    place: Place
    what: str
    number: int | None = None
    silent: bool = False
    zones: tuple[ZoneKind, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.device}/{self.number}"


def sources(draft: Draft) -> tuple[Source, ...]:
    """Give everything in a draft that can write records."""
    return tuple(
        source
        for site in draft.sites
        for i, device in enumerate(site.thing.devices)
        for source in _of_device(site, site.place.at("devices", i), device)
    )


def sends(source: Source, kind: str) -> bool:
    """Tell whether records of this kind come from this source at all."""
    if kind in WITHOUT_ZONE:
        return source.what == "device"
    return source.what in _SENT_BY[kind] and not stays_home(kind, source.site.kind)


def stays_home(kind: str, site_kind: str) -> bool:
    """Tell whether records of this kind never leave a site of this kind."""
    return site_kind == "home" and (
        kind in KINDS and KINDS[kind].leaves_home == "never"
    )


def reaches(source: Source, rule: Rule, kind: str) -> bool:
    """Tell whether a record of this kind from this source sets off the rule."""
    return (
        kind in rule.kinds
        and sends(source, kind)
        and source.site.kind in rule.site_kinds
        and (not rule.zone_kinds or not set(source.zones).isdisjoint(rule.zone_kinds))
        and (not rule.sensors or source.name in rule.sensors)
    )


def _of_device(site: Placed[Site], place: Place, device: Device) -> Iterator[Source]:
    kinds: dict[int, ZoneKind] = {zone.number: zone.kind for zone in site.thing.zones}
    yield Source(site.thing, device.id, place, "device")
    for i, sensor in enumerate(device.sensors):
        yield Source(
            site.thing,
            device.id,
            place.at("sensors", i),
            sensor.kind,
            sensor.number,
            sensor.silent,
            tuple(kinds[z] for z in (sensor.zone,) if z in kinds),
        )
    for i, camera in enumerate(device.cameras):
        yield Source(
            site.thing,
            device.id,
            place.at("cameras", i),
            "camera",
            camera.number,
            zones=tuple(kinds[v.zone] for v in camera.views if v.zone in kinds),
        )
