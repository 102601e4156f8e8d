"""Who is on duty in each unit: its roster, and how that was changed meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.database import Transaction
from collector.query import Queries
from sites.inventory import Inventory
from sites.roster import Change, Duty, Part, Roster, duty_at, heir

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of a unit's roster that was not withdrawn."""

    unit: str
    since: datetime
    until: datetime
    part: Part
    person: str


class Rota:
    """Who is on duty in each unit: its roster, and how it was changed."""

    def __init__(self, inventory: Inventory, changed: Sequence[Changed]) -> None:
        self._inventory = inventory
        self._changed = changed

    @classmethod
    async def read(
        cls, transaction: Transaction, inventory: Inventory, now: datetime
    ) -> "Rota":
        """Read how the rosters were changed; the rosters are the inventory's."""
        found = await transaction.all(_QUERIES.of("roster_changes", Changed), now=now)
        return cls(inventory, found)

    def at(self, unit: str, now: datetime) -> Duty | None:
        """Tell who is on duty; None where the unit has no roster."""
        roster = self._roster(unit)
        if roster is None:
            return None
        return duty_at(roster, now, self._changes(unit))

    def all(self, now: datetime) -> Iterator[tuple[str, Duty]]:
        """Give who is on duty in each unit that has a roster."""
        for unit in self._inventory.units:
            duty = self.at(unit, now)
            if duty is not None:
                yield unit, duty

    def heir(self, unit: str, owner: str, taken: datetime, now: datetime) -> str | None:
        """Tell who has an incident now that its owner went off duty, if he did."""
        roster = self._roster(unit)
        if roster is None:
            return None
        return heir(roster, owner, taken, now, self._changes(unit))

    def _roster(self, unit: str) -> Roster | None:
        found = self._inventory.units.get(unit)
        return None if found is None else found.roster

    def _changes(self, unit: str) -> list[Change]:
        return [
            Change(one.since, one.until, one.part, one.person)
            for one in self._changed
            if one.unit == unit
        ]
