"""How long things are kept: from the policy, counted on the database's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sites.inventory import Inventory
from sites.policy import Policy

PASS = timedelta(hours=1)  # how often things are forgotten
IMAGES_DAYS = 28  # nothing whatever keeps an image longer (promises.md, Privacy)
SET_ASIDE_DAYS = 30
HISTORY_DAYS = 1096  # incidents since they were resolved, and roll-ups: three years


@dataclass(frozen=True)
class Terms:
    """The policies in force: the loosest of all, and that of each unit."""

    national: Policy
    units: Mapping[str, Policy]

    @classmethod
    def of(cls, inventory: Inventory) -> "Terms":
        """Take them from an inventory."""
        units = {unit: inventory.policy_of(unit) for unit in inventory.units}
        return cls(inventory.policy, units)

    def bounds(self, now: datetime) -> "Bounds":
        """Give the moments before which things are forgotten at the moment `now`."""
        of_units = [
            {
                "unit": unit,
                "raw": whole_days(now, policy.events_days),
                "untimed": _ago(now, policy.events_days),
                "aside": _ago(now, min(policy.events_days, SET_ASIDE_DAYS)),
                "pictures": _ago(now, policy.station_pictures_days),
            }
            for unit, policy in self.units.items()
        ]
        national = self.national
        return Bounds(
            raw=whole_days(now, national.events_days),
            untimed=_ago(now, national.events_days),
            aside=_ago(now, min(national.events_days, SET_ASIDE_DAYS)),
            pictures=_ago(now, national.station_pictures_days),
            images=_ago(now, IMAGES_DAYS),
            history=now - timedelta(days=HISTORY_DAYS),
            units=tuple(of_units),
        )


@dataclass(frozen=True)
class Bounds:
    """Moments before which things go, where a unit does not say an earlier end.

    `raw` is a midnight in UTC, for rows go by whole days. `units` are rows with the
    unit and its own `raw`, `untimed`, `aside` and `pictures`.
    """

    raw: datetime
    untimed: datetime
    aside: datetime
    pictures: datetime
    images: datetime
    history: datetime
    units: tuple[Mapping[str, Any], ...]

    @property
    def strictest(self) -> datetime:
        """The latest `raw` of all: no row that is younger goes anywhere."""
        latest: datetime = max([self.raw, *(unit["raw"] for unit in self.units)])
        return latest


def whole_days(now: datetime, days: int) -> datetime:
    """Give the midnight before which rows go, so that none grows older than `days`.

    A day goes whole, as soon as its first moment would grow too old before the next
    pass; so its last moment was kept for one day less. Today always stays.
    """
    today = _midnight(now)
    return min(_midnight(now + PASS) - timedelta(days=days - 1), today)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _ago(now: datetime, days: int) -> datetime:
    """Give the moment that is so many days ago when the next pass comes."""
    return now + PASS - timedelta(days=days)
