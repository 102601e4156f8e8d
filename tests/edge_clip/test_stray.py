"""What a camera's process plants among the clips harms nobody, now or later."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from nacl.signing import SigningKey
from structlog.testing import capture_logs

from edge.camera.sighting import ClipKept
from edge.clip import stray
from edge.clip.post import Post
from edge.clip.shelf import Limits, Shelf
from edge.clip.statement import LARGEST, Statement, pack, read, sign
from edge.clip.stray import measure, strays, unwanted
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.records import NOON
from tests.edge_clip.shelf import DEVICE, WEEK, film_in, put, shelf_in, told
from tests.edge_clip.test_keeper import FILM, keeper_of, working
from tests.edge_clip.test_keeper import Told as Said

OURS = DEVICE_KEY.verify_key


def pipe(path: Path, _: Path) -> None:
    os.mkfifo(path)


def link(path: Path, secret: Path) -> None:
    path.symlink_to(secret)


def endless(path: Path, _: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path, _: Path) -> None:
    path.mkdir()


PLANTS = [pipe, link, endless, folder]
Plant = Callable[[Path, Path], None]


def secret_of(tmp_path: Path) -> Path:
    secret = tmp_path / "device.key"
    secret.write_bytes(b"a key")
    return secret


def ordered(clip: str) -> ClipKept:
    return msgspec.structs.replace(told(clip), ordered=True)


@pytest.mark.parametrize("plant", PLANTS)
async def test_what_is_no_plain_file_is_never_signed_and_holds_nobody_up(
    tmp_path: Path, plant: Plant
):
    secret = secret_of(tmp_path)
    digest = hashlib.sha256(secret.read_bytes()).hexdigest()
    shelf = shelf_in(tmp_path / "clips")
    good = film_in(shelf.inbox(6), FILM)
    plant(shelf.inbox(6) / f"{digest}.mp4", secret)
    async with working(shelf) as (keeper, said):
        keeper.take(6, told(digest))
        keeper.take(6, told(good))
        await asyncio.wait_for(said.news.wait(), 30)
    assert [one.statement.clip for one in shelf] == [good]
    assert secret.read_bytes() == b"a key"


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("name", ["{}.json", "{}.json.new", "x.json", "x.new"])
def test_nothing_planted_keeps_a_device_from_starting(
    tmp_path: Path, plant: Plant, name: str
):
    shelf = shelf_in(tmp_path / "clips")
    clip = put(shelf)
    other = film_in(shelf.folder, b"another")
    plant(shelf.folder / name.format(other), secret_of(tmp_path))
    assert [one.statement.clip for one in shelf_in(tmp_path / "clips")] == [clip]


@pytest.mark.parametrize("plant", [pipe, endless])
def test_a_clip_that_becomes_a_pipe_does_not_hold_up_the_alarms(
    tmp_path: Path, plant: Plant
):
    shelf = shelf_in(tmp_path / "clips")
    clip = put(shelf, reason="alarm")
    shelf.path(clip).unlink()
    plant(shelf.path(clip), tmp_path)

    class NoPictures:
        def next_part(self) -> None: ...

    post = Post(NoPictures(), shelf, DEVICE)  # type: ignore[arg-type]  # needs no more
    assert post.next_part() is None


@pytest.mark.parametrize(
    "field",
    [
        {"size": -(10**15)},
        {"seconds": 1e300},
        {"before": -1.0},
        {"begins": "9999-12-31T23:59:59Z"},
        {"begins": "2026-01-01T00:00:00"},
        {"clip": "../device.key"},
        {"camera": -1},
    ],
)
def test_a_statement_that_cannot_be_is_none(tmp_path: Path, field: dict[str, object]):
    shelf = shelf_in(tmp_path)
    clip = put(shelf)
    sidecar = msgspec.json.decode((tmp_path / f"{clip}.json").read_bytes())
    sidecar["statement"] |= field
    assert read(msgspec.json.encode(sidecar)) is None
    assert read(b"[" * 10_000) is None
    assert read(b" " * LARGEST + pack(next(iter(shelf)))) is None


def test_a_device_counts_as_kept_only_what_it_signed_itself(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    ours, theirs = put(shelf), film_in(tmp_path, b"theirs")
    forged = Statement(theirs, DEVICE, 6, NOON, NOON, 20.0, 5.5, len(b"theirs"))
    shelf.add(sign(forged, SigningKey.generate(), "alarm"))
    shelf.hold(theirs, held=True)
    again = Shelf(tmp_path, Limits(2**30, WEEK), OURS)
    assert [one.statement.clip for one in again] == [ours]


def test_a_film_of_another_length_than_was_signed_is_no_clip(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = put(shelf)
    shelf.path(clip).write_bytes(b"torn")
    assert len(shelf_in(tmp_path)) == 0


async def test_a_clip_counts_as_large_as_it_is_whatever_is_said(tmp_path: Path):
    shelf, clip = shelf_in(tmp_path), film_in(tmp_path / "camera-6", FILM)
    async with working(shelf) as (keeper, said):
        keeper.take(6, told(clip, size=0))
        await asyncio.wait_for(said.news.wait(), 30)
    assert shelf.size == len(FILM)
    assert [getattr(one, "size", None) for one in said.records] == [len(FILM)]


def test_a_film_of_many_gigabytes_is_not_read_to_its_end(tmp_path: Path):
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)
    with pytest.raises(OSError, match="large"):
        measure(path)


@pytest.mark.parametrize(
    "forged",
    [
        ClipKept(NOON.timestamp(), "{}", 90_000.0, 5.5, 9),
        ClipKept(NOON.timestamp(), "{}", 20.0, 1e9, 9),
    ],
)
async def test_a_clip_of_an_impossible_length_is_not_signed(
    tmp_path: Path, forged: ClipKept
):
    shelf = shelf_in(tmp_path)
    clip, good = film_in(shelf.inbox(6), b"forged"), film_in(shelf.inbox(6), FILM)
    async with working(shelf) as (keeper, said):
        keeper.take(6, msgspec.structs.replace(forged, clip=clip))
        keeper.take(6, told(good))
        await asyncio.wait_for(said.news.wait(), 30)
    assert [one.statement.clip for one in shelf] == [good]


async def test_a_camera_that_calls_its_clips_alarms_drives_out_no_alarm(
    tmp_path: Path,
):
    shelf = shelf_in(tmp_path, size=2500)
    alarm, held = put(shelf, hours=9, reason="alarm"), put(shelf, hours=9)
    shelf.hold(held, held=True)
    keeper = keeper_of(shelf, Said())
    keeper._ordered -= 7200  # when the device started
    for number in range(20):
        clip = film_in(shelf.inbox(6), b"flood" * 100 + bytes([number]))
        await keeper._keep(6, ordered(clip))
        keeper.tick()
    kinds = {one.statement.clip: one.kept for one in shelf}
    assert (kinds[alarm], kinds[held]) == ("alarm", "hold")
    assert list(kinds.values()).count("alarm") == 1
    keeper.order()
    clip = film_in(shelf.inbox(6), b"now somebody has asked")
    await keeper._keep(6, ordered(clip))
    assert shelf.get(clip) is not None
    assert [one.kept for one in shelf].count("alarm") == 2


def test_a_flood_of_words_takes_no_memory(tmp_path: Path):
    keeper = keeper_of(shelf_in(tmp_path), Said())
    with capture_logs() as logs:
        for _ in range(1100):
            keeper.take(6, told("ab" * 32))
    assert {one["reason"] for one in logs} == {"too_many"}
    assert len(logs) == 100


def test_strays_count_and_the_oldest_go_but_no_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stray, "MOST_BYTES", 1000)
    shelf = shelf_in(tmp_path, size=4000)
    clip = put(shelf)
    for age in range(5):
        path = tmp_path / f"6-{age}.part"
        path.write_bytes(bytes(400))
        os.utime(path, (NOON.timestamp() - age, NOON.timestamp() - age))
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "elsewhere").symlink_to("/etc")
    assert shelf.sweep(NOON) == 5
    left = {path.name for path in tmp_path.iterdir()} - {"strays.json"}
    assert left == {"6-0.part", "6-1.part", f"{clip}.mp4", f"{clip}.json"}


def test_thousands_of_little_files_are_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stray, "MOST_FILES", 10)
    for number in range(30):
        (tmp_path / f"{number}.part").touch()
    assert len(unwanted(strays(tmp_path, ()), 0)) == 20
