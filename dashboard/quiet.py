"""What is suppressed together, as people tick it; and what lasts at a place."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from collector.database import Transaction
from dashboard.page import QUERIES

# What is ticked together; a kit tells nothing of the others.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "line": ("device.silent", "path.lost"),
    "camera": ("camera.lost", "lens.dirty", "light.changed", "nuisance.started"),
    "motion": (
        "contact.opened",
        "motion.started",
        "visit.lingered",
        "visits.repeated",
    ),
    "disk": ("disk.filling", "disk.full"),
}
OF_KITS = ("line", "disk")


async def lasting(
    transaction: Transaction, site: str, now: datetime
) -> list[dict[str, Any]]:
    """Give the windows of a place that last, the next to end first."""
    rows = await transaction.all(QUERIES["suppressions_lasting"], site=site, now=now)
    return [{**row, "groups": groups_of(row["kinds"])} for row in rows]


def groups_of(kinds: Collection[str]) -> list[str]:
    """Name the groups that a window's kinds were ticked as."""
    return [group for group, of in GROUPS.items() if set(of) & set(kinds)]


def groups_at(site_kind: str) -> tuple[str, ...]:
    """Name what can be suppressed at a place of this kind."""
    return tuple(GROUPS) if site_kind == "station" else OF_KITS
