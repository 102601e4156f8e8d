"""Pictures come in parts, in any order, and stand whole in the blob store."""

from pathlib import Path

import psycopg
import pytest

from collector.blob import object_name, open_store
from collector.intake.picture import Pictures
from sites.blob import PART_BYTES, Part, cut_blob, name_blob, seal_part
from tests.collector import world
from tests.collector.intake.bench import Bench, outcomes, told

Owner = psycopg.Connection[tuple[object, ...]]
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 600  # three parts, the last not full
NAME = name_blob(PICTURE)
CLIP = b"\x00\x00\x00\x1cftypisom\x00\x00\x02\x00isomiso6mp41"


def sealed(part: Part) -> bytes:
    key = world.DEVICE_KEYS[part.device]
    return seal_part(part, key, world.COLLECTOR_SEAL.public_key)


def parts(data: bytes = PICTURE, device: str = world.STATION) -> list[bytes]:
    return [sealed(part) for part in cut_blob(data, device)]


def stored(folder: Path, name: str = NAME) -> bytes | None:
    path = folder / object_name(name)
    return path.read_bytes() if path.exists() else None


def told_of(owner: Owner) -> list[tuple[object, ...]]:
    return owner.execute(
        "select sort, size, refused is not null from store.picture order by digest"
    ).fetchall()


def left(owner: Owner) -> list[tuple[object, ...]]:
    return owner.execute(
        "select (select count(*) from store.picture_part), p.complete is not null,"
        " p.device, p.site, p.unit from store.picture p order by p.digest"
    ).fetchall()


@pytest.mark.both_databases
async def test_a_picture_is_whole_when_its_last_part_came(lane: Bench, owner: Owner):
    frames = parts()
    assert len(frames) == 3
    for frame in frames[::-1]:
        assert stored(lane.pictures) is None
        assert outcomes(await lane.take_on("bl", frame)) == told(frame)
    assert stored(lane.pictures) == PICTURE
    assert left(owner) == [(0, True, world.STATION, "haven", "noord")]


async def test_parts_twice_and_late_do_no_harm(lane: Bench, owner: Owner):
    frames = parts()
    await lane.take_on("bl", *frames, *frames)
    assert outcomes(await lane.take_on("bl", *frames)) == told(*frames)
    assert stored(lane.pictures) == PICTURE
    assert left(owner) == [(0, True, world.STATION, "haven", "noord")]


async def test_a_part_that_is_missing_is_waited_for(lane: Bench, owner: Owner):
    await lane.take_on("bl", *parts()[:2])
    assert left(owner) == [(2, False, world.STATION, "haven", "noord")]
    assert stored(lane.pictures) is None


async def test_parts_that_are_not_what_they_name_are_dropped_and_may_come_again(
    lane: Bench, owner: Owner
):
    false = Part(world.STATION, NAME, 0, 1, b"something else")
    await lane.take_on("bl", sealed(false))
    assert left(owner) == [(0, False, world.STATION, "haven", "noord")]
    assert told_of(owner) == [(None, None, True)]
    assert stored(lane.pictures) is None
    await lane.take_on("bl", *parts()[:1])
    assert told_of(owner) == [(None, None, False)]
    await lane.take_on("bl", *parts()[1:])
    assert stored(lane.pictures) == PICTURE
    assert told_of(owner) == [("jpeg", len(PICTURE), False)]


async def test_what_one_device_sent_wrong_another_may_send_right(
    lane: Bench, owner: Owner
):
    false = Part(world.OTHER, NAME, 0, 1, b"something else")
    await lane.take_on("bl", sealed(false), device=world.OTHER)
    await lane.take_on("bl", *parts())
    assert left(owner) == [(0, True, world.STATION, "haven", "noord")]


async def test_a_clip_is_kept_as_what_it_is(lane: Bench, owner: Owner):
    clip = CLIP + bytes(40 * PART_BYTES)
    await lane.take_on("bl", *parts(clip)[::-1])
    assert stored(lane.pictures, name_blob(clip)) == clip
    assert told_of(owner) == [("mp4", len(clip), False)]


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + bytes(100),
        b"\x00\x00\x00\x18ftypheic" + bytes(100),
        b"\xff\xd8\xff" + bytes(8 * 2**20),
    ],
    ids=["page", "gif", "another brand", "picture without end"],
)
async def test_what_is_neither_picture_nor_clip_is_not_kept(
    lane: Bench, owner: Owner, data: bytes
):
    await lane.take_on("bl", *parts(data))
    assert stored(lane.pictures, name_blob(data)) is None
    assert told_of(owner) == [(None, None, True)]
    assert left(owner)[0][0] == 0
    assert await lane.lane._settler._pictures.complete() == 0


async def test_another_device_adds_nothing_to_a_picture(lane: Bench, owner: Owner):
    first, *_ = cut_blob(PICTURE, world.STATION)
    await lane.take_on("bl", sealed(first))
    foreign = Part(world.OTHER, NAME, 1, 3, bytes(PART_BYTES))
    await lane.take_on("bl", sealed(foreign), device=world.OTHER)
    assert left(owner) == [(1, False, world.STATION, "haven", "noord")]


async def test_what_a_crash_left_whole_is_put_together_at_start(
    lane: Bench, owner: Owner, tmp_path: Path
):
    await lane.take_on("bl", *parts())
    owner.execute("update store.picture set complete = null")
    for number, part in enumerate(cut_blob(PICTURE, world.STATION)):
        owner.execute(
            "insert into store.picture_part values (%s, 'noord', %s, %s)",
            [NAME, number, part.data],
        )
    other = tmp_path / "other"
    pictures = Pictures(lane.database, open_store(str(other)))
    assert await pictures.complete() == 1
    assert stored(other) == PICTURE
    assert await pictures.complete() == 0


async def test_a_store_that_fails_loses_no_part(lane: Bench, owner: Owner):
    await lane.take_on("bl", *parts()[:2])
    blocked = lane.pictures / "pictures"
    blocked.write_text("a file where a folder should be")
    frame = parts()[2]
    assert outcomes(await lane.take_on("bl", frame)) == told(frame)
    assert left(owner) == [(3, False, world.STATION, "haven", "noord")]
    blocked.unlink()
    assert await lane.lane._settler._pictures.complete() == 1
    assert stored(lane.pictures) == PICTURE


def test_a_folder_is_made_where_there_is_none(tmp_path: Path):
    open_store(str(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b").is_dir()


def test_names_spread_over_folders():
    assert object_name("ab" + "0" * 62) == "pictures/ab/ab" + "0" * 62
