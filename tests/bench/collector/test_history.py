"""What the bench stores beforehand lies as if it had come over 90 days."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.bench.collector.history import DAYS, grow, shares
from tests.bench.collector.sealed import Device
from tests.collector.databases import Role

Owner = psycopg.Connection[tuple[object, ...]]


@pytest.mark.parametrize(("before", "rows"), [(0, 1_000_000), (1_000, 2_017), (5, 5)])
def test_each_day_gets_its_share_and_no_number_comes_twice(before: int, rows: int):
    found = list(shares(before, rows))
    numbers = [n for one in found for n in range(one["first"], one["last"] + 1)]
    assert numbers == list(range(before + 1, rows + 1))
    assert [one["day"] for one in found] == list(range(DAYS + 1))
    sizes = [one["last"] - one["first"] + 1 for one in found]
    assert max(sizes) - min(sizes) <= 1
    assert sizes == [one["count"] for one in found]


@pytest.mark.parametrize("postgres_server", ["timescale"], indirect=True)
def test_rows_grow_over_days_and_devices(
    database_url: Callable[[Role], str], owner: Owner
):
    devices = [Device(number) for number in range(7)]
    grow(database_url("postgres"), devices, 0, 900)
    grow(database_url("postgres"), devices, 900, 1_800)
    days = owner.execute(
        "select date_trunc('day', at, 'UTC'), count(*) from store.event group by 1"
    ).fetchall()
    assert {count for _, count in days} == {20}
    assert len(days) == DAYS + 1
    per_device = owner.execute("select device, count(*) from store.event group by 1")
    assert {str(row[0]): row[1] for row in per_device} == {
        device.id: 258 if device.number == 1 else 257 for device in devices
    }
    (first, last) = (
        owner.execute("select min(at), max(at) from store.event").fetchone() or ()
    )
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert first == today - timedelta(days=DAYS)
    assert isinstance(last, datetime)
    assert last < datetime.now(UTC)


@pytest.mark.parametrize("postgres_server", ["timescale"], indirect=True)
def test_a_house_of_that_age_is_kept_already_and_the_server_as_it_was(
    database_url: Callable[[Role], str], owner: Owner
):
    grow(database_url("postgres"), [Device(0)], 0, 90)
    done = owner.execute("select what from store.keep_done order by 1").fetchall()
    assert done == [("forget",), ("rollup",)]
    with psycopg.connect(database_url("postgres")) as fresh:
        (log,) = fresh.execute("show max_wal_size").fetchone() or ()
        (vacuum,) = fresh.execute("show autovacuum").fetchone() or ()
    assert (log, vacuum) == ("1GB", "on")
