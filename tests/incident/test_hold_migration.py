"""A store from before owners had a time: who has something keeps it for an hour."""

from collections.abc import Iterator

import psycopg
import pytest

import collector.migrate
from collector.database import Database
from collector.migrate import migrate, migrations
from collector.query import Query
from tests.collector.databases import url_as
from tests.incident.duty import escalator, steps
from tests.incident.stage import NOW

BEFORE = 17
FURNISH = """
insert into store.unit values ('noord', '{}', '{}');
insert into store.person (person, unit, role, language)
    values ('desk-noord', 'noord', 'desk', 'nl');
insert into store.site (site, unit, kind, name, time_zone)
    values ('s', 'noord', 'station', '{}', 'Europe/Amsterdam');
insert into store.playbook values ('book', 1, '{}');
insert into store.incident (unit, site, rule, cause, priority, title, occurred, opened,
                            playbook, playbook_version, state, owner, acknowledged)
    select 'noord', 's', 'r', cause, priority, '{}', %(now)s, %(now)s, 'book', 1, state,
           owner, case when owner is not null then now() end
      from (values ('waits', 'urgent', 'open', null),
                   ('taken', 'attention', 'acknowledged', 'desk-noord'),
                   ('heard', 'notice', 'acknowledged', 'desk-noord'))
           x (cause, priority, state, owner)
"""
HOURS = """
select cause, round, waits_since, taken_until between now() + interval '59 min'
                                              and now() + interval '61 min'
  from store.incident order by cause
"""


def older() -> Iterator[tuple[int, Query[object]]]:
    return (each for each in migrations() if each[0] <= BEFORE)


@pytest.mark.both_databases
async def test_what_waits_goes_on_waiting_and_what_is_taken_is_so_for_an_hour(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(collector.migrate, "migrations", older)
        await migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        psycopg.ClientCursor(connection).execute(FURNISH.encode(), {"now": NOW})
    await migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        assert connection.execute(HOURS.encode()).fetchall() == [
            ("heard", 1, None, None),
            ("taken", 1, None, True),
            ("waits", 1, NOW, None),
        ]
        url = url_as(empty_database, "wachtpost_collector")
        async with Database.open(url, "test") as database:
            await escalator(database).look(NOW)
        assert [step[:3] for step in steps(connection)] == [
            (1, 1, 60),
            (1, 2, 120),
            (1, 3, 180),
        ]
