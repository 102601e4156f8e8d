"""What happens in a demo: who opens what, and when. Pure: lines of a recording."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sites.site import Device, SensorKind, Site, ZoneKind

State = Literal["open", "closed", "motion", "still", "pressed", "released"]
HEAD = "seconds,sensor,state"


@dataclass(frozen=True)
class Beat:
    """At `seconds` after the start somebody does something to a sensor.

    Which sensor: the first of this kind, in a zone of this kind where one is named.
    """

    seconds: float
    kind: SensorKind
    state: State
    zone: ZoneKind | None = None
    silent: bool = False


# After so many seconds a cloth hangs before the station's camera outside, for a while.
CLOTH_S = 90
# A day shift ends; then the back door of a station opens while it is armed.
STATION = (
    Beat(0, "contact", "closed", "entrance"),
    Beat(0, "contact", "closed", "back_door"),
    Beat(8, "contact", "open", "back_door"),
    Beat(11, "pir", "motion"),
    Beat(16, "pir", "still"),
    Beat(21, "contact", "closed", "back_door"),
    Beat(300, "tamper", "open"),
    Beat(330, "tamper", "closed"),
    Beat(900, "contact", "open", "entrance"),
    Beat(905, "contact", "closed", "entrance"),
)
# Somebody at home comes and goes, which stays there; then asks for help.
HOME = (
    Beat(0, "contact", "closed", "hall"),
    Beat(6, "contact", "open", "hall"),
    Beat(9, "contact", "closed", "hall"),
    Beat(14, "panic", "pressed"),
    Beat(15, "panic", "released"),
    Beat(900, "contact", "open", "hall"),
    Beat(905, "contact", "closed", "hall"),
)


def story_of(site: Site) -> tuple[Beat, ...]:
    """Give the story that suits the kind of site."""
    return HOME if site.kind == "home" else STATION


def covered_film(site: Site) -> str | None:
    """Name the film of the camera that is covered: the last one of the first device."""
    sources = [camera.source for camera in site.devices[0].cameras]
    kind, _, name = sources[-1].partition(":") if sources else ("", "", "")
    return name if kind == "footage" else None


def recording(site: Site, device: Device, beats: Iterable[Beat]) -> str:
    """Write beats as a recording of this device's sensors, comma-separated.

    A beat for which the device has no sensor is left out.
    """
    lines = [HEAD]
    for beat in beats:
        number = _sensor(site, device, beat)
        if number is not None:
            lines.append(f"{beat.seconds:g},{number},{beat.state}")
    return "\n".join(lines) + "\n"


def _sensor(site: Site, device: Device, beat: Beat) -> int | None:
    kinds = {zone.number: zone.kind for zone in site.zones}
    for sensor in device.sensors:
        if sensor.kind != beat.kind or sensor.silent != beat.silent:
            continue
        if beat.zone is None or kinds.get(sensor.zone or 0) == beat.zone:
            return sensor.number
    return None
