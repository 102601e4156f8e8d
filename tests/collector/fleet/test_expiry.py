"""What ends is told while there is still time to do something about it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from collector.database import Database
from collector.fleet.expiry import PATHS, SERVERS, SOON, Ends, Expiry, ending
from collector.fleet.sync import sync
from collector.metrics import Health
from tests.collector import world
from tests.collector.databases import Role

Owner = psycopg.Connection[tuple[object, ...]]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CERTIFICATE = """
    insert into store.certificate
           (serial, device, way, unit, site, key, since, until, chain)
    select %(way)s::text, device, %(way)s, unit, site, 'key', now(),
           now() + %(days)s * interval '1 day', 'chain'
      from store.device where device = %(device)s"""


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ({}, None),
        ({"the broker": None}, None),
        ({"the broker": NOW + SOON}, None),
        ({"it": NOW + timedelta(days=8)}, "that of it ends on 2026-12-01"),
        ({"it": NOW - timedelta(days=1)}, "that of it ends on 2026-11-22"),
        (
            {"a": NOW, "b": NOW + SOON, "c": NOW},
            "that of a ends on 2026-11-23, that of c ends on 2026-11-23",
        ),
    ],
)
def test_what_ends_within_a_month_is_named(ends: Ends, told: str | None):
    assert ending(ends, NOW) == told


@pytest.fixture
async def database(database_url: Callable[[Role], str]) -> AsyncIterator[Database]:
    async with Database.open(database_url("wachtpost_collector"), "test") as opened:
        await sync(opened, world.inventory())
        yield opened


async def test_paths_that_were_not_renewed_are_told_until_they_are_or_are_revoked(
    database: Database, owner: Owner
):
    health = Health()
    expiry = Expiry(database, dict, lambda: NOW, health)
    for way, days in ((1, 5), (2, 3), (3, -1)):
        named = {"device": world.STATION, "way": way, "days": days}
        owner.execute(CERTIFICATE.encode(), named)
    await expiry.look()
    assert health.troubles[PATHS].startswith("2 not renewed for days")
    assert world.STATION not in str(health.troubles)
    owner.execute(
        "update store.certificate set revoked = now(), reason = 'ended' where way = 3"
    )
    owner.execute("update store.certificate set until = until + interval '8 days'")
    await expiry.look()
    assert health.troubles == {}


async def test_what_a_person_has_to_renew_is_told_until_it_is(database: Database):
    health, ends = Health(), {"the broker": NOW}
    expiry = Expiry(database, lambda: ends, lambda: NOW, health)
    await expiry.look()
    assert health.troubles == {SERVERS: "that of the broker ends on 2026-11-23"}
    ends["the broker"] = NOW + 2 * SOON
    await expiry.look()
    assert health.troubles == {}
