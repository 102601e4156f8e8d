"""A chart says the same whatever it is read from, and shows a hole as a hole."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from obstore.store import ObjectStore

from collector.database import Database
from collector.keep.errors import WidthError
from collector.keep.retention import forget
from collector.keep.rollup import HOUR, roll
from collector.keep.series import DAY, Line, Stretch, lines, source_of
from collector.keep.terms import Terms
from tests.collector.databases import Role
from tests.collector.keep.pen import Pen, days

pytestmark = pytest.mark.both_databases
ZONE = "Europe/Amsterdam"
READER = "coordinator-noord"
WIDTHS = (timedelta(minutes=5), HOUR, 6 * HOUR, DAY, 7 * DAY)


@pytest.fixture
async def reader(
    database_url: Callable[[Role], str],
) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_dashboard"), "reader") as opened:
        yield opened


async def read(
    reader: Database, stretch: Stretch, site: str = "haven", asker: str = READER
) -> list[Line]:
    async with reader.transaction(asker, read_only=True) as transaction:
        return await lines(transaction, site, stretch)


def measure(pen: Pen, now: datetime) -> list[tuple[datetime, float]]:
    """Measure each 20 minutes of 12 days, but for three hours and for two days."""
    taken = []
    for number in range(12 * 72):
        at = now - timedelta(minutes=20) * number
        if not 3 <= number < 12 and not 300 <= number < 444:
            pen.measured(at, number % 17)
            taken.append((at, float(number % 17)))
    return taken


@pytest.mark.parametrize("width", WIDTHS, ids=str)
async def test_every_width_says_what_the_raw_rows_say(
    database: Database, reader: Database, terms: Terms, pen: Pen, width: timedelta
):
    now = pen.now()
    taken = measure(pen, now)
    stretch = Stretch(now - days(11), now + timedelta(seconds=1), width, ZONE)
    await roll(database, terms)
    (line,) = await read(reader, stretch)
    begins = [point.at for point in line.points]
    assert begins == sorted(set(begins))
    assert begins[0] <= stretch.since < begins[1]
    for point, end in zip(line.points, [*begins[1:], stretch.until], strict=True):
        inside = [value for at, value in taken if point.at <= at < end]
        assert point.n == len(inside)
        if inside:
            assert (point.low, point.high) == (min(inside), max(inside))
            assert point.mean == pytest.approx(sum(inside) / len(inside))
        else:
            assert (point.low, point.high, point.mean) == (None, None, None)
    if width < DAY:
        assert None in {point.mean for point in line.points}


@pytest.mark.parametrize("width", [HOUR, DAY], ids=str)
async def test_what_is_not_rolled_up_yet_is_in_it_all_the_same(
    database: Database, reader: Database, terms: Terms, pen: Pen, width: timedelta
):
    now = pen.now()
    stretch = Stretch(now - days(2), now + timedelta(seconds=1), width, ZONE)
    for hour in (0, 1, 5, 30):
        pen.measured(now - hour * HOUR, hour)
    before = await read(reader, stretch)
    assert sum(point.n for point in before[0].points) == 4
    await roll(database, terms)
    assert await read(reader, stretch) == before


async def test_hours_and_days_are_there_when_raw_rows_are_gone(
    database: Database, reader: Database, blobs: ObjectStore, terms: Terms, pen: Pen
):
    now = pen.now()
    measure(pen, now)
    stretches = [
        Stretch(now - days(11), now - days(8), width, ZONE) for width in (HOUR, DAY)
    ]
    await roll(database, terms)
    before = [await read(reader, one) for one in stretches]
    strict = terms.national.model_copy(update={"events_days": 5})
    await forget(database, blobs, Terms(strict, {}))
    assert [await read(reader, one) for one in stretches] == before
    raw = Stretch(now - days(11), now - days(8), timedelta(minutes=30), ZONE)
    assert await read(reader, raw) == []


def long_day(now: datetime) -> datetime:
    """Give the beginning of the last day of 25 hours at ZONE that is over."""
    for year in (now.year, now.year - 1):
        last = datetime(year, 10, 31, tzinfo=UTC)
        sunday = last - days((last.weekday() + 1) % 7)
        if sunday + days(3) < now:
            return sunday - 2 * HOUR
    raise AssertionError(now)


async def test_a_day_is_as_long_as_it_was_where_the_clock_changed(
    database: Database, reader: Database, pen: Pen, terms: Terms
):
    day = long_day(pen.now())
    for hour in range(-24, 49):
        pen.measured(day + hour * HOUR, 1)
    stretch = Stretch(day - DAY, day + 49 * HOUR, DAY, ZONE)
    raw = await read(reader, stretch)
    assert [point.n for point in raw[0].points] == [24, 25, 24]
    pen.run(
        "insert into store.keep_done"
        " values ('rollup', now(), date_trunc('hour', now(), 'UTC') - interval '1 h')"
    )
    pen.run("insert into store.rollup_dirty select site, at from store.measurement")
    await roll(database, terms)
    pen.run("delete from store.measurement")
    assert await read(reader, stretch) == raw


async def test_each_sensor_has_its_line_and_another_unit_none(
    reader: Database, pen: Pen
):
    now = pen.now()
    for site in ("haven", "duin"):
        pen.measured(now - HOUR, site=site)
    pen.run(
        "update store.measurement set sensor = 9, quantity = 'humidity'"
        " where site = 'haven'"
    )
    pen.measured(now - HOUR)
    stretch = Stretch(now - 2 * HOUR, now, timedelta(minutes=10), ZONE)
    found = await read(reader, stretch)
    assert [(one.quantity, one.sensor) for one in found] == [
        ("humidity", 9),
        ("temperature", 8),
    ]
    assert {len(one.points) for one in found} <= {12, 13}
    assert await read(reader, stretch, "duin") == []
    assert await read(reader, stretch, asker="coordinator-zuid") == []


@pytest.mark.parametrize(
    ("width", "source"),
    [
        (timedelta(seconds=1), "raw"),
        (timedelta(minutes=59), "raw"),
        (HOUR, "hour"),
        (23 * HOUR, "hour"),
        (DAY, "day"),
        (30 * DAY, "day"),
    ],
)
def test_the_width_says_where_it_is_read(width: timedelta, source: str):
    assert source_of(width) == source


@pytest.mark.parametrize(
    "width", [timedelta(), timedelta(seconds=-1), timedelta(minutes=90), 36 * HOUR]
)
def test_bins_that_cut_hours_or_days_are_refused(width: timedelta):
    with pytest.raises(WidthError, match="neither less than an hour"):
        source_of(width)
