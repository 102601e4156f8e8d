"""The periods of a report: months, quarters and years that are over, and no others.

Periods that could be chosen freely would give a small count away as the difference of
two of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dashboard.language import HOME_ZONE

Length = Literal[1, 3, 12]
LENGTHS: tuple[Length, ...] = (1, 3, 12)
YEAR = 12
KEPT_YEARS = 3  # as store.forget_incidents has it
CLOSES = timedelta(days=1)  # until what was done in its last second is stored
_NAME = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|q([1-4])))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """A month, a quarter or a year of the wall clock at home; `month` is its first."""

    year: int
    month: int
    months: Length

    @classmethod
    def of(cls, name: str) -> "Period | None":
        """Read `2026`, `2026-q1` or `2026-03`; None for anything else."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        year, month, quarter = found.groups()
        if month:
            return cls(int(year), int(month), 1)
        if quarter:
            return cls(int(year), 3 * int(quarter) - 2, 3)
        return cls(int(year), 1, 12)

    @property
    def name(self) -> str:
        """What an address and a file call it."""
        if self.months == YEAR:
            return f"{self.year}"
        if self.months == 1:
            return f"{self.year}-{self.month:02}"
        return f"{self.year}-q{self.month // 3 + 1}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def since(self) -> datetime:
        """When it begins."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """When it ends, which is no longer of it."""
        years, month = divmod(self.month - 1 + self.months, YEAR)
        return _midnight(date(self.year + years, month + 1, 1))

    def parts(self) -> tuple["Period", ...]:
        """Give the months of it, then the quarters, then itself."""
        within: list[Period] = []
        for length in LENGTHS[: LENGTHS.index(self.months)]:
            within += (
                Period(self.year, month, length)
                for month in range(self.month, self.month + self.months, length)
            )
        return (*within, self)

    def holds(self, month: date) -> bool:
        """Tell whether a month, by its first day, is one of it."""
        return (
            month.year == self.year
            and self.month <= month.month < self.month + self.months
        )


def offered(now: datetime) -> Sequence[Period]:
    """Give the periods that are over and whole, the latest first, months first."""
    year = now.astimezone(ZoneInfo(HOME_ZONE)).year
    # The database reckons the same: three years back, by its own calendar.
    kept = _years_before(now, KEPT_YEARS)
    every = (
        Period(each, month, length)
        for length in LENGTHS
        for each in range(year, year - KEPT_YEARS - 1, -1)
        for month in range(13 - length, 0, -length)
    )
    return [each for each in every if kept < each.since and each.until <= now - CLOSES]


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(HOME_ZONE))
