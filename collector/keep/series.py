"""Measurements for a chart: one point a bin, and nothing where nothing was measured.

One question, whatever is asked of it: narrow bins come from raw rows, wider ones from
hours or days that were rolled up, so that they are there when raw rows are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Literal

from collector.database import Transaction
from collector.keep.errors import WidthError
from collector.query import Queries

Source = Literal["raw", "hour", "day"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Stretch:
    """Which bins: from that of `since` on, `until` not included.

    Bins of whole days begin at midnight in the time zone `zone` (a name such as
    Europe/Amsterdam); a day has 23 hours there when the clock goes forward. Narrower
    ones are counted in UTC.
    """

    since: datetime
    until: datetime
    width: timedelta
    zone: str


@dataclass(frozen=True)
class Point:
    """One bin from `at` on: how many values, the least, the greatest, their mean.

    All three are None where there was none.
    """

    at: datetime
    n: int
    low: float | None
    high: float | None
    mean: float | None


@dataclass(frozen=True)
class Line:
    """What one sensor measured: a point for every bin of the stretch."""

    quantity: str
    device: str
    sensor: int
    points: Sequence[Point]


def source_of(width: timedelta) -> Source:
    """Say where bins of this width come from.

    Raises:
        WidthError: neither less than an hour, nor whole hours, nor whole days.
    """
    sources: tuple[tuple[timedelta, Source], ...] = ((DAY, "day"), (HOUR, "hour"))
    for unit, source in sources:
        if width >= unit:
            if width % unit:
                raise WidthError(width)
            return source
    if width <= timedelta():
        raise WidthError(width)
    return "raw"


async def lines(transaction: Transaction, site: str, stretch: Stretch) -> list[Line]:
    """Give a line for each sensor and quantity of a place, as the asker may see them.

    Raises:
        WidthError: bins that do not begin where hours or days do.
    """
    source = source_of(stretch.width)
    rows = await transaction.all(
        _QUERIES["series"],
        site=site,
        since=stretch.since,
        until=stretch.until,
        width=stretch.width,
        source=source,
        zone=stretch.zone if source == "day" else "UTC",
    )
    return [
        Line(
            *key,
            [
                Point(row["at"], row["n"], row["low"], row["high"], row["mean"])
                for row in group
            ],
        )
        for key, group in groupby(
            rows, lambda row: (row["quantity"], row["device"], row["sensor"])
        )
    ]
