"""What is signed is out of the reach of who wrote it, also where he has it open."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.clip import keeper as room
from edge.clip import stray
from edge.clip.stray import Measured, copy, measure
from tests.edge_clip.shelf import film_in, put, shelf_in, told
from tests.edge_clip.test_keeper import FILM, Told, keeper_of


async def test_who_has_the_film_open_cannot_write_into_the_clip(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = film_in(shelf.inbox(6), FILM)
    film = shelf.inbox(6) / f"{clip}.mp4"
    film.with_name("another name").hardlink_to(film)
    with film.open("r+b") as still_open:
        await keeper_of(shelf, Told())._keep(6, told(clip))
        still_open.write(b"forged")
    film.with_name("another name").write_bytes(b"forged")
    assert shelf.path(clip).read_bytes() == FILM
    assert measure(shelf.path(clip)).digest == clip


async def test_what_is_put_in_the_film_s_place_meanwhile_is_not_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shelf = shelf_in(tmp_path)
    clip = film_in(shelf.inbox(6), FILM)

    def swap(film: Path, target: Path) -> Measured:
        found = copy(film, target)
        film.with_name("forged").write_bytes(b"forged")
        film.with_name("forged").replace(film)
        return found

    monkeypatch.setattr(room, "copy", swap)
    await keeper_of(shelf, Told())._keep(6, told(clip))
    assert shelf.path(clip).read_bytes() == FILM


async def test_nothing_but_the_clip_is_left(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = film_in(shelf.inbox(6), FILM)
    await keeper_of(shelf, Told())._keep(6, told(clip))
    assert left(tmp_path) == {f"{clip}.mp4", f"{clip}.json"}
    assert shelf.path(clip).stat().st_mode & 0o777 == 0o600


async def test_a_forged_film_leaves_no_copy(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    film_in(shelf.inbox(6), FILM)
    forged = shelf.inbox(6) / f"{'ab' * 32}.mp4"
    forged.write_bytes(b"another film")
    await keeper_of(shelf, Told())._keep(6, told("ab" * 32))
    assert left(tmp_path) == {forged.name, f"{measure_of(FILM, tmp_path)}.mp4"}


async def test_a_film_whose_clip_is_kept_already_goes(tmp_path: Path):
    shelf, said = shelf_in(tmp_path), Told()
    clip = put(shelf)
    (shelf.inbox(6)).mkdir()
    again = shelf.inbox(6) / f"{clip}.mp4"
    again.write_bytes(shelf.path(clip).read_bytes())  # we died before it went
    await keeper_of(shelf, said)._keep(6, told(clip))
    assert not again.exists()
    assert measure(shelf.path(clip)).digest == clip
    assert said.records == []


async def test_a_disk_without_room_for_the_copy_costs_no_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shelf, said = shelf_in(tmp_path), Told()
    clip = film_in(shelf.inbox(6), FILM)

    def fill(path: Path) -> Iterator[bytes]:
        yield path.read_bytes()[:9]
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(stray, "_chunks", fill)
        await keeper_of(shelf, said)._keep(6, told(clip))
    assert left(tmp_path) == {f"{clip}.mp4"}
    await keeper_of(shelf, said)._keep(6, told(clip))
    assert len(said.records) == 1


def test_a_copy_takes_the_place_of_one_that_a_death_left(tmp_path: Path):
    film, target = tmp_path / "film", tmp_path / "film.new"
    film.write_bytes(FILM)
    target.write_bytes(b"a longer one that a death has left half" * 9)
    assert copy(film, target) == measure(film) == measure(target)


@pytest.mark.parametrize(
    "plant", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd")]
)
def test_no_copy_is_left_of_what_is_no_film(tmp_path: Path, plant):
    plant(tmp_path / "film")
    with pytest.raises(OSError, match="film"):
        copy(tmp_path / "film", tmp_path / "film.new")
    assert not (tmp_path / "film.new").exists()


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if not path.is_dir()}


def measure_of(data: bytes, folder: Path) -> str:
    path = folder / "measured"
    path.write_bytes(data)
    digest = measure(path).digest
    path.unlink()
    return digest
