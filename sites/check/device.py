"""What the devices of a site look through, and what they must never look at."""

import re
from collections.abc import Iterator

from sites.check.identity import twice
from sites.check.place import shape_findings
from sites.draft import Draft, Finding, Place, Placed
from sites.polygon import is_hidden
from sites.site import OUTDOOR, Camera, Device, Sensor, Site, Zone

_CREDENTIALS = re.compile(
    r"^[a-z][a-z0-9+.-]*://[^/?#]*@"
    r"|[?&;](user(name)?|login|pass(word|wd)?|pwd|token|auth|key)=",
    re.IGNORECASE,
)
_IN_A_ZONE = frozenset({"contact", "pir"})


def device_findings(draft: Draft) -> Iterator[Finding]:
    """Find what is wrong with the sensors and cameras of every device."""
    for site in draft.sites:
        for i, device in enumerate(site.thing.devices):
            place = site.place.at("devices", i)
            yield from _numbers(place, device)
            for j, sensor in enumerate(device.sensors):
                yield from _sensor(site, place.at("sensors", j), sensor)
            for j, camera in enumerate(device.cameras):
                yield from _camera(site, place.at("cameras", j), camera)


def _numbers(place: Place, device: Device) -> Iterator[Finding]:
    numbers = [
        (one.number, place.at(field, j, "number"))
        for field in ("sensors", "cameras")
        for j, one in enumerate(getattr(device, field))
    ]
    yield from twice("the sensor or camera number", numbers)
    pins = [
        (sensor.pin, place.at("sensors", j, "pin"))
        for j, sensor in enumerate(device.sensors)
        if sensor.pin is not None
    ]
    yield from twice("the pin", pins)


def _sensor(site: Placed[Site], place: Place, sensor: Sensor) -> Iterator[Finding]:
    if sensor.zone is not None:
        yield from _no_zone(site, place.at("zone"), sensor.zone)
    elif sensor.kind in _IN_A_ZONE:
        yield Finding(place, f"a sensor of kind {sensor.kind!r} needs a zone")
    if sensor.silent and sensor.kind != "panic":
        what = f"silent: a sensor of kind {sensor.kind!r} cannot be silent"
        yield Finding(place.at("silent"), what)
    if sensor.kind == "measurement" and sensor.quantity is None:
        yield Finding(place, "a sensor of kind 'measurement' needs a quantity")
    if sensor.kind != "measurement" and sensor.quantity is not None:
        what = f"quantity: a sensor of kind {sensor.kind!r} measures nothing"
        yield Finding(place.at("quantity"), what)


def _camera(site: Placed[Site], place: Place, camera: Camera) -> Iterator[Finding]:
    for field in ("source", "substream"):
        if _CREDENTIALS.search(getattr(camera, field) or ""):
            what = f"{field}: a user name, a password or a token stands in the address;"
            what = f"{what} an inventory holds no secret"
            yield Finding(place.at(field), what)
    for i, view in enumerate(camera.views):
        at = place.at("views", i)
        yield from _no_zone(site, at.at("zone"), view.zone)
        yield from _inside_a_home(site, at.at("zone"), view.zone)
        yield from shape_findings(at.at("area"), view.area)
        if camera.masks and is_hidden(view.area, camera.masks):
            what = f"area: the masks hide all of zone {view.zone}, nobody can see it"
            yield Finding(at.at("area"), what)
    for i, mask in enumerate(camera.masks):
        yield from shape_findings(place.at("masks", i), mask)


def _no_zone(site: Placed[Site], place: Place, number: int) -> Iterator[Finding]:
    if "zones" not in site.lost and _zone_of(site.thing, number) is None:
        what = f"zone: the site {site.thing.id!r} has no zone {number}"
        yield Finding(place, what)


def _inside_a_home(site: Placed[Site], place: Place, number: int) -> Iterator[Finding]:
    zone = _zone_of(site.thing, number)
    if site.thing.kind == "home" and zone is not None and zone.kind not in OUTDOOR:
        what = f"zone: a camera inside a home, zone {number} is {zone.kind!r}"
        yield Finding(place, what)


def _zone_of(site: Site, number: int) -> Zone | None:
    return next((zone for zone in site.zones if zone.number == number), None)
