"""Three days without a connection, killed and cut off again and again (a11).

The writer is a process that is killed for real; its 72 hours are on a clock of its own.
A power cut is a `MediumDisk`: what no sync had brought to the medium is gone, and what
was being written is torn at any byte. Then everything goes to a real lane, over air
that loses frames and receipts and brings others twice.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from edge.album import Album
from edge.dispatch import Dispatch, Sender
from edge.outbox import Outbox
from edge.past import count_written
from edge.receipts import Receipts
from sites.topic import Channel
from tests.chaos.books import Stored, account
from tests.chaos.offline_writer import ALARM_EVERY, HOURS
from tests.chaos.post import STORED
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench, message
from tests.edge.wire import RecordingWire

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a tmpfs
ROOT = Path(__file__).parents[2]
LIVES = 9  # each third ends by a power cut, the others by kill -9
SEED = 11
KEY = world.DEVICE_KEYS[world.STATION]

AT = """
    select at from store.event
        where device = %s and kind in ('contact.opened', 'panic.pressed')
    union all select at from store.measurement where device = %s"""


@dataclass
class Said:
    """What the device said is on its medium, over all its lives."""

    alarms: set[datetime] = field(default_factory=set)
    plain: set[datetime] = field(default_factory=set)
    minute: int = -1
    cuts: int = 0
    kills: int = 0

    def hear(self, line: str) -> None:
        what, *words = line.split()
        if what == "synced":
            self.minute = int(words.pop(0))
        kept = self.alarms if what == "alarm" else self.plain
        kept.update(datetime.fromisoformat(word) for word in words)


def live(folder: Path, life: int, said: Said, chance: random.Random) -> None:
    """Let the device live once, on from where it was, until it dies."""
    minutes = HOURS * 60 // LIVES
    last = life == LIVES
    cut = 0 if life % 3 or last else chance.randint(4 * minutes - 200, 4 * minutes)
    words = [str(folder), str(life), str(said.minute + 1), str(cut)]
    enough = said.minute + chance.randint(minutes // 2, minutes)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.offline_writer", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if line.endswith("\n"):
                said.hear(line)
            if not cut and not last and said.minute >= enough:
                process.kill()
    assert process.returncode == (0 if last else -9)
    said.cuts += bool(cut)
    said.kills += not cut and not last


@dataclass
class Air:
    """Carries frames to the lane and receipts back, badly, on a clock of its own."""

    bench: Bench
    chance: random.Random
    now: float = 0.0
    again: list[tuple[Channel, bytes]] = field(default_factory=list)

    async def carry(self, way: Dispatch) -> None:
        """Send what is due; a part is lost, a part comes twice, all of it mixed."""
        wire = RecordingWire()
        way.send(wire, self.now)
        coming = [one for one in wire.sent if self.chance.random() < 0.8]
        coming += self.chance.sample(self.again, min(4, len(self.again)))
        self.again = (self.again + wire.sent)[-100:]
        self.chance.shuffle(coming)
        before = len(self.bench.source.answers)
        if coming:
            await self.bench.lane.take(
                [message(sealed, world.STATION, channel) for channel, sealed in coming]
            )
        for _, payload in self.bench.source.answers[before:]:
            if self.chance.random() < 0.8:
                way.hear(payload, self.now)
        self.now += 2.5


def dispatch(box: Outbox, folder: Path, chance: random.Random) -> Dispatch:
    sender = Sender(
        world.STATION, KEY, world.COLLECTOR_SEAL.public_key, lambda: world.NOW
    )
    receipts = Receipts(world.STATION, KEY, world.COLLECTOR_SIGN.verify_key)
    album = Album(folder / "album", world.STATION)
    return Dispatch(sender, box, album, receipts, chance)


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder in memory: it is synced thousands of times."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as top:
        yield Path(top)


async def test_three_days_offline_killed_and_cut_lose_and_double_nothing_a11(
    database_url: Callable[[Role], str],
    owner: psycopg.Connection[tuple[object, ...]],
    home: Path,
):
    chance = random.Random(SEED)  # noqa: S311  # repeatable is the point
    said, folder = Said(), home / "outbox"
    for life in range(1, LIVES + 1):
        live(folder, life, said, chance)
    assert (said.minute, said.cuts, said.kills) == (HOURS * 60 - 1, 2, 6)
    assert len(said.alarms) >= HOURS * 60 // ALARM_EVERY
    async with bench(database_url("wachtpost_collector"), home / "blobs") as lane:
        await deliver(folder, Air(lane, chance), home)
    assert_all_is_there_once(owner, said, count_written(folder))


async def deliver(folder: Path, air: Air, home: Path) -> None:
    """Bring all of it over, killed half way as well."""
    box = Outbox(folder, world.NOW)
    half = box.backlog("up") // 2
    way = dispatch(box, home, air.chance)
    while box.backlog("up") > half:
        await air.carry(way)
    os.close(box._lock)  # as if it was killed
    with Outbox(folder, world.NOW) as box:
        way = dispatch(box, home, air.chance)
        while box.backlog("al") or box.backlog("up"):
            await air.carry(way)


def assert_all_is_there_once(
    owner: psycopg.Connection[tuple[object, ...]], said: Said, written: int
) -> None:
    device = world.STATION
    rows = owner.execute(STORED.encode(), [device] * 3).fetchall()
    books = account([Stored(*row) for row in rows])  # type: ignore[arg-type]  # as the query gives them
    assert books.faults(written, may_drop=True) == []
    found = Counter(at for (at,) in owner.execute(AT.encode(), [device] * 2))
    assert {at for at, times in found.items() if times > 1} == set()
    assert said.alarms - found.keys() == set()
    assert said.plain - found.keys() == set()
    joined = owner.execute(
        "select incident, at from store.incident_record where kind = 'panic.pressed'"
    ).fetchall()
    pressed = Counter(at for _, at in joined)
    assert len({incident for incident, _ in joined}) == 1
    assert set(pressed.values()) == {1}
    assert said.alarms - pressed.keys() == set()
