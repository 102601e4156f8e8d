"""How the asker's places stand: their devices, what is lost of them, what is open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collector.database import Transaction
from dashboard.page import QUERIES
from dashboard.place import CameraLost, DeviceSeen, Standing, WayLost, standing

Row = Mapping[str, Any]


async def places_stand(
    transaction: Transaction, incidents: Iterable[Row], now: datetime
) -> list[tuple[Row, Standing]]:
    """Give each place with how it stands, given the open incidents."""
    priorities = defaultdict(list)
    for each in incidents:
        priorities[each["site"]].append(each["priority"])
    devices = await devices_by_site(transaction)
    return [
        (site, standing(devices.get(site["site"], ()), priorities[site["site"]], now))
        for site in await transaction.all(QUERIES["sites"])
    ]


async def devices_by_site(
    transaction: Transaction,
) -> Mapping[str, tuple[DeviceSeen, ...]]:
    """Give every device that the asker may see, by its site."""
    lost: dict[str, list[WayLost]] = defaultdict(list)
    for row in await transaction.all(QUERIES["ways_lost"]):
        lost[row["device"]].append(WayLost(row["way"], row["lost_since"]))
    cameras = await cameras_lost(transaction)
    found: dict[str, list[DeviceSeen]] = defaultdict(list)
    for row in await transaction.all(QUERIES["devices"]):
        device = row["device"]
        seen = DeviceSeen.of(row, lost[device], cameras.get(device, ()))
        found[row["site"]].append(seen)
    return {site: tuple(devices) for site, devices in found.items()}


async def cameras_lost(
    transaction: Transaction, site: str | None = None
) -> Mapping[str, Sequence[CameraLost]]:
    """Give the cameras that are blind, with their reasons, by device."""
    found: dict[str, list[CameraLost]] = defaultdict(list)
    for row in await transaction.all(QUERIES["cameras_lost"], site=site):
        found[row["device"]].append(CameraLost.of(row))
    return found
