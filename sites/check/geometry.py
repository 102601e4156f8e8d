"""A zone's purpose can be met: some camera shows enough of it, and that is known."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from sites.draft import Draft, Finding, Place, Placed
from sites.geometry import NEEDED, farthest, pixels_per_metre, serves
from sites.site import Camera, Purpose, Site, View


class _Look(NamedTuple):
    """One camera's view of a zone."""

    name: str
    place: Place
    camera: Camera
    view: View


class _Sight(NamedTuple):
    """What a view of which the numbers are known gives."""

    density: float
    what: str


def geometry_findings(draft: Draft) -> Iterator[Finding]:
    """Find zones whose purpose no camera can meet, or of which that is not known.

    A site whose zones or devices were not wholly read is not judged: what is missing
    may be what was wrong.
    """
    for site in draft.sites:
        if not site.lost & {"zones", "devices"}:
            for i, zone in enumerate(site.thing.zones):
                if zone.purpose is not None:
                    place = site.place.at("zones", i, "purpose")
                    looks = [
                        one for one in _looks(site) if one.view.zone == zone.number
                    ]
                    yield from _zone(place, zone.number, zone.purpose, looks)


def _looks(site: Placed[Site]) -> Iterator[_Look]:
    for i, device in enumerate(site.thing.devices):
        for j, camera in enumerate(device.cameras):
            at = site.place.at("devices", i, "cameras", j, "views")
            for k, view in enumerate(camera.views):
                yield _Look(f"{device.id}/{camera.number}", at.at(k), camera, view)


def _zone(
    place: Place, number: int, purpose: Purpose, looks: list[_Look]
) -> Iterator[Finding]:
    unknown = [one for one in looks if _missing(one)]
    for one in unknown:
        what = f"zone: the purpose {purpose!r} of zone {number} cannot be judged:"
        what = f"{what} the camera {one.name} has no {_missing(one)}"
        yield Finding(one.place.at("zone"), what)
    known = [sight for one in looks if (sight := _sight(one, purpose))]
    best = max(known, default=None)
    if not looks:
        what = f"purpose: {purpose!r} cannot be met: no camera views zone {number}"
        yield Finding(place, what)
    elif best and not unknown and not serves(best.density, purpose):
        what = f"purpose: {purpose!r} needs {NEEDED[purpose]} px/m in zone {number},"
        yield Finding(place, f"{what} {best.what}")


def _missing(one: _Look) -> str:
    """Name the numbers that a view lacks; nothing if it lacks none."""
    fields = {
        "resolution": one.camera.resolution,
        "fov": one.camera.fov,
        "distance": one.view.distance,
    }
    names = [repr(name) for name, value in fields.items() if value is None]
    return " and no ".join(names)


def _sight(one: _Look, purpose: Purpose) -> _Sight | None:
    resolution, fov, distance = one.camera.resolution, one.camera.fov, one.view.distance
    if resolution is None or fov is None or distance is None:
        return None
    density = pixels_per_metre(resolution, fov, distance)
    reach = _down(farthest(resolution, fov, purpose))
    what = f"and {one.name} gives {_down(density)} with {resolution.width} px over"
    what = f"{what} {fov:g} degrees at {distance:g} m; within {reach} m it would do"
    return _Sight(density, what)


def _down(number: float) -> str:
    """Write a number so that what is too little never looks enough."""
    return f"{math.floor(number * 10) / 10:g}"
