"""A store from before the ledger knows which numbers of the runs that go on it has."""

from collections.abc import Iterator

import psycopg
import pytest

import collector.migrate
from collector.migrate import migrate, migrations
from collector.query import Query

BEFORE = 7
FURNISH = """
insert into store.unit values ('u', '{}', '{}');
insert into store.site (site, unit, kind, name, time_zone)
    values ('s', 'u', 'station', '{}', 'Europe/Amsterdam');
insert into store.device values ('d', 's', 'u', 'k');
insert into store.device_state (device, unit, site, run, heard)
    values ('d', 'u', 's', 'now', now());
insert into store.event (device, run, lane, seq, at, received, unit, site, kind, data)
    select 'd', run, 'up', seq, now(), now(), 'u', 's', 'contact.opened', '{}'
      from unnest(array[1, 2, 6]) seq, unnest(array['now', 'then']) run;
insert into store.event (device, run, lane, seq, at, received, unit, site, kind, data)
    select 'd', 'now', 'up', seq, now(), now(), 'u', 's', 'records.dropped', data::jsonb
      from (values (12, '{"first": 8, "last": 10}'), (14, '{"first": 0, "last": 0}'),
                   (15, '{"first": 13, "last": 14, "count": null}')) x (seq, data);
insert into store.measurement
    select 'd', 'now', 'up', seq, now(), now(), 'u', 's', 1, 'co2', 400
      from unnest(array[3, 7]) seq;
insert into store.event_untimed
       (device, run, lane, seq, at, received, unit, site, kind, data)
    select 'd', 'now', 'al', seq, '1970-01-01', now(), 'u', 's', 'unknown', '{}'
      from unnest(array[0, 1]) seq;
"""


def older() -> Iterator[tuple[int, Query[object]]]:
    return (each for each in migrations() if each[0] <= BEFORE)


@pytest.mark.both_databases
async def test_what_is_stored_of_the_run_that_goes_on_is_noted(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(collector.migrate, "migrations", older)
        assert (await migrate(empty_database)).after == BEFORE
    with psycopg.connect(empty_database) as connection:
        connection.execute(FURNISH.encode())
    await migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        noted = connection.execute(
            "select run, lane, seen::text, dropped::text, whole from store.lane_state"
            " order by lane"
        ).fetchall()
    assert noted == [
        ("now", "al", "{[1,2)}", "{}", True),
        ("now", "up", "{[1,4),[6,8),[12,13),[14,16)}", "{[8,11),[13,15)}", False),
    ]
