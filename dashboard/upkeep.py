"""What devices ask people to do: a lens to clean, a setting to judge, a full disk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from collector.keep.audit import Entry
from dashboard.errors import NotFoundError
from dashboard.page import QUERIES, Look
from sites.errors import UnknownDeviceError
from sites.inventory import Inventory
from sites.site import Camera

Row = Mapping[str, Any]
What = Literal["lens", "preset", "disk"]

SHOWN = timedelta(days=30)
# Set aside, a setting is not proposed again before this; a lens may be dirty tomorrow.
PRESET_RESTS = timedelta(days=30)
ROOM_AGAIN = 0.25  # free, of the disk: filling is told at 80 % used


@dataclass(frozen=True)
class Task:
    """One thing to do at a camera or a device, and since when.

    `place` is the site's row. Whoever sets it aside names the record by the time that
    it says itself, `named`.
    """

    what: What
    place: Row
    device: str
    sensor: int | None
    kind: str
    at: datetime
    named: datetime
    data: Mapping[str, Any]


def tasks(
    rows: Iterable[Row], sites: Mapping[str, Row], inventory: Inventory
) -> tuple[Task, ...]:
    """Choose what still is to be done, at the places that the asker was shown."""
    found = []
    for row in rows:
        what = _what(row, inventory)
        place = sites.get(row["site"])
        if what is not None and place is not None:
            device, kind = row["device"], row["kind"]
            data = {"percent": _percent(row), **row["data"]}
            at, named = row["at"], row["named"]
            found.append(
                Task(what, place, device, row["sensor"], kind, at, named, data)
            )
    return tuple(found)


def _what(row: Row, inventory: Inventory) -> What | None:
    aside, at = row["aside"], row["at"]
    if row["kind"] == "lens.dirty" and not (aside and at <= aside):
        return "lens"
    if row["kind"] == "preset.proposed":
        rests = aside is not None and at <= aside + PRESET_RESTS
        return None if rests or _is_so(row, inventory) else "preset"
    if row["kind"] in {"disk.filling", "disk.full"}:
        free = (row["heartbeat"] or {}).get("disk_free", 0)
        return "disk" if free < ROOM_AGAIN else None
    return None


def _is_so(row: Row, inventory: Inventory) -> bool:
    """Tell whether somebody has already declared what is proposed."""
    try:
        camera = inventory.sensor(row["device"], row["sensor"])
    except UnknownDeviceError:
        return False
    return isinstance(camera, Camera) and camera.sensitivity == row["data"]["preset"]


def _percent(row: Row) -> int:
    free = (row["heartbeat"] or {}).get("disk_free")
    used: float = row["data"].get("used", 1.0) if free is None else 1 - free
    return round(100 * used)


async def set_aside(look: Look, device: str, sensor: int, record: Row) -> None:
    """Set the task of one record aside, in the asker's name.

    Raises:
        NotFoundError: there is no such record, or the asker may not see it.
    """
    person = look.asker.person
    named = {"device": device, "sensor": sensor, **record}
    async with look.acting(Entry("change", f"device:{device}")) as transaction:
        row = await transaction.maybe(QUERIES["task"], **named)
        if row is None:
            raise NotFoundError
        await transaction.run(
            QUERIES["task_aside"], unit=row["unit"], person=person, **named
        )
