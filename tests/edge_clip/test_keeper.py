"""The agent signs what lies there, not what it is told, and makes room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from edge.camera.sighting import ClipKept, pack, sighting_of
from edge.clip.keeper import Keeper, Line, Signer
from edge.clip.shelf import Shelf
from edge.clip.statement import is_signed
from edge.errors import SightingError
from edge.trusted_time import TrustedTime
from sites.health import DiskFilling
from sites.record import Record
from sites.sight import ClipKept as ClipKeptRecord
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.records import NOON, after
from tests.edge_clip.shelf import DEVICE, film_in, put, shelf_in, told

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILM = b"a film, as far as anybody knows here"


@dataclass
class Told:
    """What a keeper says; a test can wait for it."""

    records: list[Record] = field(default_factory=list)
    rings: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, record: Record) -> None:
        self.records.append(record)
        self.news.set()

    def ring(self) -> None:
        self.rings += 1


def keeper_of(shelf: Shelf, said: Told) -> Keeper:
    line = Line(said.write, said.ring, lambda: NOON, lambda: NOON)
    return Keeper(shelf, Signer(DEVICE, DEVICE_KEY), line)


@asynccontextmanager
async def working(shelf: Shelf) -> AsyncIterator[tuple[Keeper, Told]]:
    said = Told()
    keeper = keeper_of(shelf, said)
    task = asyncio.create_task(keeper.work())
    try:
        yield keeper, said
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_clip_is_signed_and_then_told(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = film_in(shelf.inbox(6), FILM)
    async with working(shelf) as (keeper, said):
        keeper.take(6, told(clip, size=len(FILM)))
        await asyncio.wait_for(said.news.wait(), 30)
    (sidecar,) = shelf_in(tmp_path)  # as it lies on the disk
    assert is_signed(sidecar, DEVICE_KEY.verify_key)
    statement = sidecar.statement
    assert (statement.device, statement.camera) == (DEVICE, 6)
    assert (statement.at - statement.begins).total_seconds() == 5.5
    assert statement.size == len(FILM)
    assert sidecar.kept == "motion"
    (record,) = said.records
    assert record == ClipKeptRecord(
        at=NOON, sensor=6, clip=clip, seconds=20.0, before=5.5, size=len(FILM)
    )
    assert said.rings == 1


async def test_what_somebody_asked_for_is_kept_as_an_alarms(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = film_in(shelf.inbox(6), FILM)
    async with working(shelf) as (keeper, said):
        keeper.take(6, msgspec.structs.replace(told(clip), ordered=True))
        await asyncio.wait_for(said.news.wait(), 30)
    assert [one.kept for one in shelf] == ["alarm"]


async def test_a_film_that_is_not_what_its_name_says_is_never_signed(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    forged, good = "ab" * 32, film_in(shelf.inbox(6), FILM)
    (shelf.inbox(6) / f"{forged}.mp4").write_bytes(b"another film")
    with capture_logs() as logs:
        async with working(shelf) as (keeper, said):
            keeper.take(6, told(forged))
            keeper.take(6, told("cd" * 32))  # there is no such film
            keeper.take(6, told(good))
            await asyncio.wait_for(said.news.wait(), 30)
    assert [one.statement.clip for one in shelf] == [good]
    assert len(said.records) == 1
    events = [entry["event"] for entry in logs]
    assert events == ["clip.refused", "clip.not_signed"]


async def test_a_clip_that_is_told_twice_is_one(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    first, last = film_in(shelf.inbox(6), FILM), film_in(shelf.inbox(6), FILM * 2)
    async with working(shelf) as (keeper, said):
        for clip in (first, first, last):
            keeper.take(6, told(clip))
        while len(said.records) < 2:
            said.news.clear()
            await asyncio.wait_for(said.news.wait(), 30)
    assert len(said.records) == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "AB" * 32, "", "ab" * 31])
def test_no_name_leads_out_of_the_folder(name: str):
    body = pack(ClipKept(0.0, name, 1.0, 0.0, 1))[4:]
    with pytest.raises(SightingError):
        sighting_of(body)


def keeper_at(shelf: Shelf, clock: list[datetime], time: TrustedTime) -> Keeper:
    said = Told()
    line = Line(said.write, said.ring, lambda: clock[0], time.now)
    return Keeper(shelf, Signer(DEVICE, DEVICE_KEY), line)


async def test_a_clock_that_is_set_far_ahead_and_comes_back_costs_no_clip(
    tmp_path: Path,
):
    shelf, clock, steady = shelf_in(tmp_path), [NOON], [0.0]
    time = TrustedTime(lambda: clock[0], lambda: steady[0])
    keeper = keeper_at(shelf, clock, time)

    async def film(data: bytes, told_at: datetime) -> str:
        clip = film_in(shelf.inbox(6), data)
        await keeper._keep(6, told(clip, at=told_at))
        return clip

    time.hear(NOON)
    clips = {await film(b"before", NOON)}
    clock[0] = NOON + timedelta(days=9000)
    steady[0] = 5.0
    time.hear(after(5))
    keeper.tick()
    clips |= {await film(b"meanwhile", clock[0])}
    keeper.tick()
    clock[0] = after(10)
    steady[0] = 10.0
    time.hear(after(10))
    clips |= {await film(b"across", NOON + timedelta(days=9000))}
    keeper.tick()
    assert {one.statement.clip for one in shelf} == clips

    clock[0], steady[0] = after(8 * 86_400), 8 * 86_400.0
    keeper.tick()  # nobody was heard for 8 days, but the clocks agree
    assert len(shelf) == 0


async def test_a_kit_that_starts_in_1970_keeps_what_it_has_and_what_it_films(
    tmp_path: Path,
):
    shelf, clock, steady = shelf_in(tmp_path), [EPOCH], [0.0]
    old = put(shelf, hours=100)
    time = TrustedTime(lambda: clock[0], lambda: steady[0])
    keeper = keeper_at(shelf, clock, time)
    new = film_in(shelf.inbox(6), FILM)
    await keeper._keep(6, told(new, at=EPOCH + timedelta(seconds=9)))
    for heard in (None, NOON):
        if heard:
            time.hear(heard)
        keeper.tick()
    clock[0] = NOON  # now it has heard of the time
    keeper.tick()
    assert {one.statement.clip for one in shelf} == {old, new}
    assert shelf_in(tmp_path).get(new) == shelf.get(new)
    clock[0], steady[0] = after(4 * 86_400), 4 * 86_400.0
    keeper.tick()
    assert {one.statement.clip for one in shelf} == {new}


def test_a_tick_makes_room_and_says_how_many_went(tmp_path: Path):
    shelf = shelf_in(tmp_path, size=2500)
    clips = [put(shelf, hours=hours) for hours in (3, 2, 1)]
    with capture_logs() as logs:
        keeper_of(shelf, Told()).tick()
    assert [one.statement.clip for one in shelf] == clips[1:]
    assert logs[0]["event"] == "clips.dropped"
    assert (logs[0]["count"], logs[0]["kinds"]) == (1, "motion")


def test_a_person_holds_a_clip_by_how_its_name_begins(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = put(shelf)
    said = Told()
    keeper = keeper_of(shelf, said)
    assert keeper.hold("", held=True) == "no_such_clip"
    assert keeper.hold("zz", held=True) == "no_such_clip"
    assert keeper.hold(clip[:6], held=True) == "held"
    assert [line.kept for line in keeper.lines()] == ["hold"]
    assert said.rings == 1  # at a station it is sent now
    assert keeper.hold(clip, held=False) == "released"
    (line,) = keeper.lines()
    assert (line.kept, line.camera, line.seconds, line.size) == ("motion", 6, 20, 1000)


def test_a_name_that_fits_several_clips_holds_none(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    for _ in range(17):  # two of them begin alike
        put(shelf, size=8)
    begins = [line.clip[0] for line in keeper_of(shelf, Told()).lines()]
    twice = next(one for one in begins if begins.count(one) > 1)
    assert keeper_of(shelf, Told()).hold(twice, held=True) == "several_clips"
    assert all(one.kept == "motion" for one in shelf)


def test_a_folder_that_is_gone_ends_nothing(tmp_path: Path):
    shelf = shelf_in(tmp_path / "clips")
    (tmp_path / "clips").rmdir()
    said = Told()
    with capture_logs() as logs:
        keeper_of(shelf, said).tick()
    assert [entry["event"] for entry in logs] == ["clips.not_tidied"]
    assert keeper_of(shelf, said).days_left() is None
    assert not [one for one in said.records if isinstance(one, DiskFilling)]


@pytest.mark.parametrize("home", [True, False])
def test_the_log_of_a_home_does_not_tell_when_clips_go(tmp_path: Path, *, home: bool):
    shelf = shelf_in(tmp_path)
    put(shelf, hours=169)
    said = Told()
    line = Line(said.write, said.ring, lambda: NOON, lambda: NOON, home=home)
    with capture_logs() as logs:
        Keeper(shelf, Signer(DEVICE, DEVICE_KEY), line).tick()
    assert len(shelf) == 0
    assert [one["event"] for one in logs] == ([] if home else ["clips.dropped"])
