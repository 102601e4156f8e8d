"""What a station and a home must have, and what a home must never have."""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sites.complaint import PRIVATE_ROOMS, quote
from sites.draft import Draft, Finding, Place, Placed
from sites.kit import is_valid
from sites.polygon import crosses_itself, is_flat
from sites.site import Site, Zone
from sites.words import Polygon

_INACTIVE = "the kit cannot be activated"
# What leads to a door: a postcode, a telephone number, a number plate (2 + 2 + 2,
# 3 + 2 + 1 and so on: letters and digits in three groups of six characters together).
_LEADS_HOME = (
    ("a postcode", re.compile(r"(?<!\d)[1-9]\d{3}-?[A-Z]{2}(?![A-Z])")),
    ("a telephone number", re.compile(r"^(0|31|0031)-?\d{1,3}-?\d{6,8}$")),
    (
        "a number plate",
        re.compile(r"^(?=.{8}$)([A-Z]{1,3}|\d{1,3})(-([A-Z]{1,3}|\d{1,3})){2}$"),
    ),
)


def place_findings(draft: Draft) -> Iterator[Finding]:
    """Find what is wrong with sites, their zones and their safeguards."""
    for site in draft.sites:
        if draft.lacks("units", site.thing.unit):
            what = f"unit: no unit {site.thing.unit!r} is declared"
            yield Finding(site.place.at("unit"), what)
        yield from _time_zone(site)
        yield from _home(site) if site.thing.kind == "home" else _station(site)
        for i, zone in enumerate(site.thing.zones):
            yield from _zone(site, site.place.at("zones", i), zone)
        yield from _safeguards(site)


def shape_findings(place: Place, polygon: Polygon) -> Iterator[Finding]:
    """Find polygons that enclose nothing or cross themselves."""
    field = next(step for step in reversed(place.path) if isinstance(step, str))
    if is_flat(polygon):
        yield Finding(place, f"{field}: the polygon encloses nothing")
    elif crosses_itself(polygon):
        yield Finding(place, f"{field}: the polygon crosses itself")


def _time_zone(site: Placed[Site]) -> Iterator[Finding]:
    name = site.thing.time_zone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        what = f"time_zone: {quote(name)} is no time zone"
        yield Finding(site.place.at("time_zone"), what)


def _station(site: Placed[Site]) -> Iterator[Finding]:
    thing, place = site.thing, site.place
    if thing.name is None and "name" not in site.lost:
        yield Finding(place, "a station needs a name")
    for field in ("kit", "reference", "may_ring"):
        if getattr(thing, field) is not None:
            yield Finding(place.at(field), f"{field}: only a home has this field")


def _home(site: Placed[Site]) -> Iterator[Finding]:
    thing, place = site.thing, site.place
    if thing.name is not None:
        yield Finding(place.at("name"), "name: a home has no name")
    yield from _kit(site)
    if thing.reference is None and "reference" not in site.lost:
        what = f"{_INACTIVE}: no reference of the control room's agreement"
        yield Finding(place, what)
    yield from _leads_home(site)
    if not thing.call_back_tested and "call_back_tested" not in site.lost:
        what = f"{_INACTIVE}: call_back_tested is not true"
        yield Finding(place.at("call_back_tested"), what)
    if thing.may_ring is None and "may_ring" not in site.lost:
        yield Finding(place, f"{_INACTIVE}: may_ring is not answered")
    if len(thing.devices) > 1:
        what = f"devices: a kit has one device, not {len(thing.devices)}"
        yield Finding(place.at("devices"), what)


def _leads_home(site: Placed[Site]) -> Iterator[Finding]:
    for field in ("reference", "account"):
        for called, pattern in _LEADS_HOME:
            if pattern.search(getattr(site.thing, field) or ""):
                # not quoted: whoever reads the problem need not learn it too
                what = f"{field}: it looks like {called}, and may not lead to a home"
                yield Finding(site.place.at(field), what)


def _kit(site: Placed[Site]) -> Iterator[Finding]:
    kit, place = site.thing.kit, site.place
    if kit is None:
        if "kit" not in site.lost:
            yield Finding(place, "a home needs a kit number")
        return
    if not is_valid(kit):
        what = f"kit: the check character of {kit!r} is wrong"
        yield Finding(place.at("kit"), what)
    if site.thing.id != kit.lower():
        what = f"id: {site.thing.id!r} of a home is its kit number, {kit.lower()!r}"
        yield Finding(place.at("id"), what)


def _zone(site: Placed[Site], place: Place, zone: Zone) -> Iterator[Finding]:
    if site.thing.kind == "home":
        if zone.name is not None:
            yield Finding(place.at("name"), "name: a zone of a home has no name")
        if zone.plan is not None:
            what = "plan: the plan of a home stays on its kit"
            yield Finding(place.at("plan"), what)
        return
    for language in ("nl", "en"):
        word = getattr(zone.name, language, "")
        if word.lower() in PRIVATE_ROOMS:
            what = (
                f"{quote(word)} is a bedroom or a bathroom, and those are never watched"
            )
            yield Finding(place.at("name", language), f"name: {what}")
    if zone.plan is not None:
        yield from shape_findings(place.at("plan"), zone.plan)
    elif "zones" not in site.lost:
        yield Finding(place, f"the zone {zone.number} of a station needs a plan")


def _safeguards(site: Placed[Site]) -> Iterator[Finding]:
    for i, safeguard in enumerate(site.thing.safeguards):
        if safeguard.judge_on <= safeguard.since:
            what = f"judge_on: {safeguard.judge_on} is not after {safeguard.since}"
            yield Finding(site.place.at("safeguards", i, "judge_on"), what)
