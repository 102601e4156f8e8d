"""Whatever happens, and whenever: all that was written is stored, and stored once.

    make chaos                        # ten minutes
    make chaos SEED=7 MINUTES=60      # that run again, or longer

Two collectors, two stations and a home, a Mosquitto that keeps nothing when it is
killed, PostgreSQL with TimescaleDB on a small disk, all as processes of their own; a
relay in every connection, and every packet of it through `air`: that does what `tc
netem` would, which many kernels lack and which has no seed. Frames that come twice,
late and in any order are sent so by `witness`.

Where root may not mount, disks do not fill; where it may make no network, no packet is
lost; without libfaketime clocks do not jump. Each is said.
"""

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.air import Air, air
from tests.chaos.clock import missing_clocks, stepped_clocks
from tests.chaos.link import STORMS
from tests.chaos.plan import WEIGHTS, Blow, draw
from tests.chaos.post import Post, World, came, furnished, moment
from tests.servers.errors import ServerMissing
from tests.servers.need import done_without, needed
from tests.servers.tmpfs import SmallDisks, small_disks

SHORT_S = 30.0
EVERY_S = 0.8
PATIENCE_S = 150.0
LONGEST_S = 8 * 3600

# An incident of each is opened or joined whatever else is going on.
ALARMS = ("panic.pressed", "alarm.raised", "tamper.opened")
WRONG = ("unknown", "number.reused", "outbox.damaged")
GAPS = "select device, run, lane, first, last from store.gap"


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("WACHTPOST_CHAOS_SEED") or secrets.randbelow(10**9))


@pytest.fixture
def seconds() -> float:
    minutes = os.environ.get("WACHTPOST_CHAOS_MINUTES")
    return float(minutes) * 60 if minutes else SHORT_S


@pytest.fixture
def few_disks() -> Iterator[SmallDisks | None]:
    """Give small disks, or None and the reason where this machine mounts none."""
    try:
        with small_disks() as made:
            yield made
    except ServerMissing as missing:
        say(f"no disk fills in this run: {done_without(missing)}")
        yield None


@pytest.fixture
def sky() -> Iterator[Air | None]:
    """Give air, or None and the reason where this machine lets us make no network."""
    try:
        with air() as made:
            yield made
    except ServerMissing as missing:
        say(f"no packet is lost in this run: {missing}")
        yield None


@pytest.fixture
def post(
    few_disks: SmallDisks | None, sky: Air | None, seed: int, tmp_path: Path
) -> Iterator[Post]:
    if not stepped_clocks():
        say(f"no clock jumps in this run: {done_without(missing_clocks())}")
    with needed(), furnished(tmp_path, World(few_disks, sky, seed)) as made:
        yield made


def say(text: str) -> None:
    print(text)  # noqa: T201  # pytest shows it on failure, `make chaos` always


@pytest.mark.timeout(LONGEST_S)
async def test_every_record_is_stored_once_and_every_alarm_raised_once(
    post: Post,
    seed: int,
    seconds: float,
    record_property: Callable[[str, object], None],
):
    say(f"\nWACHTPOST_CHAOS_SEED={seed}, {seconds:.0f} s")
    blows = draw(seed, post.victims(), seconds, EVERY_S)
    post.start()
    assert await came(post.has_begun, PATIENCE_S), post.report()
    await endure(post, blows)
    await post.rest()
    even = await came(post.is_even, PATIENCE_S + seconds)
    assert even, f"seed {seed}\n{post.report()}"
    for fault, times in sorted(post.struck.items()):
        record_property(fault, times)
    say(f"{post.written} records, {post.replayed} frames again, {dict(post.struck)}")
    assert await came(lambda: not post.ask(GAPS), PATIENCE_S), post.ask(GAPS)
    assert_every_fault_struck(post)
    assert_nothing_was_set_aside(post)
    assert_alarms_once(post)


async def endure(post: Post, blows: list[Blow]) -> None:
    """Let each blow fall at its moment, beside those that still last."""
    begun = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        for blow in blows:
            passed = asyncio.get_running_loop().time() - begun
            await moment(max(0.0, blow.at_s - passed))
            group.create_task(post.suffer(blow), name=f"{blow.fault} {blow.victim}")


def assert_every_fault_struck(post: Post) -> None:
    possible = {fault for fault, whom in post.victims().items() if whom}
    assert set(post.struck) == possible
    assert possible >= set(WEIGHTS) - {"full", "stepped", *STORMS}


def assert_nothing_was_set_aside(post: Post) -> None:
    assert post.ask("select refusal, detail from store.frame_set_aside") == []
    wrong = "select * from store.event where kind = any(%s)"
    assert post.ask(wrong, list(WRONG)) == []


def assert_alarms_once(post: Post) -> None:
    joined = dict(
        post.ask(
            "select (e.device, e.run, e.lane, e.seq)::text,"
            " count(r.incident) filter (where i.state <> 'resolved')"
            " from (select device, run, lane, seq, kind from store.event union all"
            "       select device, run, lane, seq, kind from store.event_untimed) e"
            " left join store.incident_record r using (device, run, lane, seq)"
            " left join store.incident i using (incident)"
            " where e.kind = any(%s) group by 1",
            list(ALARMS),
        )
    )
    assert joined
    assert {name: times for name, times in joined.items() if times != 1} == {}
    sites = {site for (site,) in post.ask("select distinct site from store.incident")}
    assert sites == {station.site for station in post.stations}
    standing = post.ask(
        "select site, cause from store.incident where state <> 'resolved'"
        " group by 1, 2 having count(*) <> 1"
    )
    assert standing == []
    opened = post.ask(
        "select incident from store.incident_log where what = 'opened'"
        " group by 1 having count(*) <> 1"
    )
    assert opened == []
