"""Rows that were stored long before, made on the server itself."""

from collections.abc import Sequence

import psycopg

from tests.bench.collector.post import Post
from tests.bench.collector.sealed import Device

DAYS = 89
STEP = 1_000_000
_GROW = b"""
    insert into store.event
        (device, run, lane, seq, at, received, unit, site, kind, sensor, zone, data)
    select d.device, 'bade000000000000', 'up', n, t.at, t.at, 'veenrand', d.site,
           'contact.opened', 1, 1, '{}'
      from generate_series(%(first)s::bigint, %(last)s::bigint) n
      join unnest(%(devices)s::text[], %(sites)s::text[]) with ordinality
           as d (device, site, place) on d.place = n %% %(count)s + 1
     cross join lateral (
           select now() - interval '1 hour'
                  - make_interval(secs => %(seconds)s * (n %% %(step)s) / %(step)s)
                  as at) t
"""


def grow(post: Post, devices: Sequence[Device], before: int, millions: int) -> None:
    """Let there be so many million rows, over 89 days and all devices.

    `before` is how many millions stand there from the last time.
    """
    named: dict[str, object] = {
        "devices": [device.id for device in devices],
        "sites": [device.site for device in devices],
        "count": len(devices),
        "seconds": DAYS * 86_400,
        "step": STEP,
    }
    with psycopg.connect(post.server.admin_url, autocommit=True) as owner:
        owner.execute("set synchronous_commit = off")
        for step in range(before, millions):
            first, last = step * STEP + 1, (step + 1) * STEP
            owner.execute(_GROW, {**named, "first": first, "last": last})
        owner.execute("vacuum analyze store.event")
        owner.execute("checkpoint")
