"""Rows that were stored long before, made on the server itself.

Day by day, so that indexes are written while they are in memory. 50 million rows are
15 GB, beside 16 GB of the server's log while they are made, and took five minutes on
two processors.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import psycopg

from tests.bench.collector.sealed import Device

DAYS = 89  # and today, which is as full as each of them
HANDS = 2

_GROW = b"""
    insert into store.event
        (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
    select d.device, 'bade000000000000', 'up', n, t.at, t.at, 'veenrand', d.site,
           'contact.opened', 1, 1, '{}'
      from (select date_trunc('day', now(), 'UTC') as today) c
     cross join lateral (
           select today - make_interval(days => %(day)s) as since,
                  case when %(day)s = 0 then now() - today
                       else interval '1 day' end as length) s
     cross join generate_series(%(first)s::bigint, %(last)s::bigint) n
     cross join lateral (
           select since + length * ((n - %(first)s)::float8 / %(count)s) as at) t
      join unnest(%(devices)s::text[], %(sites)s::text[]) with ordinality
           as d (device, site, place) on d.place = n %% %(among)s + 1
"""
# A house that has been kept all the time: what is old was rolled up long ago.
_KEPT = b"""
    insert into store.keep_done (what, done, until)
    values ('rollup', now(), date_trunc('hour', now(), 'UTC')), ('forget', now(), null)
        on conflict (what) do update set done = excluded.done, until = excluded.until
"""
_CHUNKS = b"""
    select format('%I.%I', chunk_schema, chunk_name)
      from timescaledb_information.chunks where hypertable_name = 'event'
"""
# While it is made, nobody has to be able to lose power.
_HASTE = {
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "full_page_writes": "off",
    "autovacuum": "off",
}


def shares(before: int, rows: int) -> Iterator[Mapping[str, int]]:
    """Say which numbers each day gets, so that there are so many rows in all."""
    first = before + 1
    for day in range(DAYS + 1):
        last = before + (rows - before) * (day + 1) // (DAYS + 1)
        yield {"day": day, "first": first, "last": last, "count": last - first + 1}
        first = last + 1


def grow(url: str, devices: Sequence[Device], before: int, rows: int) -> None:
    """Let there be so many rows, over 90 days and all devices; `url` is the owner's.

    `before` is how many stand there from the last time.
    """
    named = {
        "devices": [device.id for device in devices],
        "sites": [device.site for device in devices],
        "among": len(devices),
    }
    with _in_haste(url) as owner:
        with ThreadPoolExecutor(HANDS) as hands:
            days = [{**named, **share} for share in shares(before, rows)]
            list(hands.map(partial(_fill, url), days))
            chunks = [row[0] for row in owner.execute(_CHUNKS)]
            list(hands.map(partial(_tidy, url), chunks))
        owner.execute(_KEPT)


def _fill(url: str, named: Mapping[str, object]) -> None:
    with psycopg.connect(url, autocommit=True) as hand:
        hand.execute("set synchronous_commit = off")
        hand.execute(_GROW, named)


def _tidy(url: str, chunk: str) -> None:
    """Do what the server's own vacuum would do while we measure."""
    with psycopg.connect(url, autocommit=True) as hand:
        hand.execute(f"vacuum (freeze, analyze) {chunk}".encode())


@contextmanager
def _in_haste(url: str) -> Iterator[psycopg.Connection[tuple[str]]]:
    with psycopg.connect(url, autocommit=True) as owner:
        for name, value in _HASTE.items():
            owner.execute(f"alter system set {name} = '{value}'".encode())
        owner.execute("select pg_reload_conf()")
        try:
            yield owner
        finally:
            owner.execute("alter system reset all")
            owner.execute("select pg_reload_conf()")
            owner.execute("checkpoint")
