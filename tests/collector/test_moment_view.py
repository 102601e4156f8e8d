"""The views that go by the right time look no further than they are asked to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.query import Queries
from tests.collector.databases import Role
from tests.collector.furnish import furnish, person

pytestmark = pytest.mark.both_databases
Owner = psycopg.Connection[tuple[object, ...]]
QUERIES = Queries(Path(__file__).parents[2] / "dashboard" / "sql")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS, A_DAY, OFF = 60, 700, 40
ASKED = {
    "site": "unit-a-site",
    "since": NOW - timedelta(days=1),
    "until": NOW,
    "at": NOW - timedelta(hours=2),
    "seq": 0,
    "device": "",
    "run": "",
    "lane": "",
    "most": 101,
}
# Each hundredth was written by a clock that was 40 days fast, and lies a day back.
MANY = """
    insert into store.event (device, run, lane, seq, at, received, unit, site, kind,
                             sensor, zone, data, corrected)
    select 'unit-a-device', 'many', 'up', n,
           at + case when off then %(by)s else interval '0' end, at, 'unit-a',
           'unit-a-site', 'motion.started', 1, 1, '{}', case when off then at end
      from generate_series(0, %(most)s) n,
           lateral (select %(now)s - n * interval '1 day' / %(a_day)s as at,
                           n %% 100 = 7 as off) x"""


@pytest.fixture
def many(owner: Owner) -> Owner:
    furnish(owner)
    named = {
        "by": timedelta(days=OFF),
        "most": DAYS * A_DAY,
        "now": NOW,
        "a_day": A_DAY,
    }
    owner.execute(MANY.encode(), named)
    owner.execute(b"vacuum analyze store.event")
    return owner


@pytest.fixture
def asked(
    many: Owner, database_url: Callable[[Role], str]
) -> Iterator[psycopg.Connection[Any]]:
    assert not many.closed
    url = database_url("wachtpost_dashboard")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "select set_config('wachtpost.person', %s, false)",
            [person("coordinator", "unit-a")],
        )
        yield connection


def looked_at(plan: dict[str, Any]) -> int:
    """Give how many rows of tables a plan took into its hands."""
    within = sum(looked_at(each) for each in plan.get("Plans", ()))
    if "Relation Name" not in plan:
        return within
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    rows += plan.get("Rows Removed by Index Recheck", 0)
    return within + int(rows * plan["Actual Loops"])


def explained(asked: psycopg.Connection[Any], name: str) -> int:
    text = b"explain (analyze, timing off, format json) " + QUERIES[name].text
    ((plan,),) = asked.execute(text, ASKED).fetchall()
    return looked_at(plan[0]["Plan"])


def test_a_day_is_found_by_the_right_time(asked: psycopg.Connection[Any]):
    found = asked.execute(QUERIES["site_events"].text, ASKED).fetchall()
    assert len(found) == A_DAY
    times = [row[1] for row in found]
    assert times == sorted(times)
    assert sum(row[2] is not None for row in found) == A_DAY // 100


@pytest.mark.parametrize("name", ["site_events", "events_before"])
def test_a_day_of_two_months_costs_a_small_part_of_them(
    asked: psycopg.Connection[Any], name: str
):
    assert explained(asked, name) < DAYS * A_DAY / 5
