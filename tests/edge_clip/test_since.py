"""What nobody adopts goes when it is overdue, also on a device that restarts."""

import os
from pathlib import Path

import pytest

from edge.clip import since
from edge.clip.shelf import Shelf
from edge.disk import replace_file
from tests.edge.records import NOON, after
from tests.edge_clip.shelf import film_in, put, shelf_in

DAY_S = 86_400.0


def stray_in(shelf: Shelf, data: bytes = b"of a camera that is gone") -> Path:
    return shelf.inbox(7) / f"{film_in(shelf.inbox(7), data)}.mp4"


def test_a_device_that_restarts_each_day_lets_a_stray_go_in_time(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip, film = put(shelf), stray_in(shelf)
    for day in range(8):
        assert shelf_in(tmp_path).sweep(after(day * DAY_S)) == 0
    assert film.exists()
    assert shelf_in(tmp_path).sweep(after(7 * DAY_S + 1)) == 1
    assert not film.exists()
    assert [one.statement.clip for one in shelf_in(tmp_path)] == [clip]


def test_what_is_noted_goes_with_its_stray_and_is_no_stray_itself(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    film = stray_in(shelf)
    shelf.sweep(NOON)
    noted = tmp_path / "strays.json"
    assert len(noted.read_bytes()) < 100
    assert noted.stat().st_mode & 0o777 == 0o600
    film.unlink()
    for day in (1, 20, 30):
        assert shelf.sweep(after(day * DAY_S)) == 0
    assert noted.read_bytes() == b"{}"


def test_a_new_file_under_the_name_of_an_old_one_is_not_as_old(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    draft = shelf.inbox(7) / "7-1.part"
    film_in(shelf.inbox(7), b"makes the folder")
    draft.write_bytes(b"old")
    shelf.sweep(NOON)
    fresh = draft.with_name("fresh")
    fresh.write_bytes(b"new")  # while the other is there: it gets another inode
    fresh.replace(draft)
    assert shelf_in(tmp_path).sweep(after(8 * DAY_S)) == 1
    assert draft.read_bytes() == b"new"


@pytest.mark.parametrize(
    "noted", [b"", b"{", b"[1]", b"\xff", b"[" * 9999, b'{"a": "2026-03-02T12:00:00"}']
)
def test_notes_that_cannot_be_read_are_begun_anew(tmp_path: Path, noted: bytes):
    (tmp_path / "strays.json").write_bytes(noted)
    film = stray_in(shelf_in(tmp_path))
    assert shelf_in(tmp_path).sweep(after(DAY_S)) == 0
    assert shelf_in(tmp_path).sweep(after(9 * DAY_S)) == 1
    assert not film.exists()


def test_nothing_is_first_seen_later_than_now(tmp_path: Path):
    film = stray_in(shelf_in(tmp_path))
    shelf_in(tmp_path).sweep(after(9000 * DAY_S))
    assert shelf_in(tmp_path).sweep(NOON) == 0
    assert shelf_in(tmp_path).sweep(after(8 * DAY_S)) == 1
    assert not film.exists()


def test_a_name_that_is_no_text_is_noted_too(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    film_in(shelf.inbox(7), b"makes the folder")
    planted = Path(os.fsdecode(os.fsencode(shelf.inbox(7)) + b"/\xff\n"))
    planted.write_bytes(b"planted")
    shelf.sweep(NOON)
    assert shelf_in(tmp_path).sweep(after(8 * DAY_S)) == 2
    assert not planted.exists()


def test_a_disk_that_takes_no_notes_keeps_nothing_from_going(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shelf = shelf_in(tmp_path)
    film = stray_in(shelf)
    monkeypatch.setattr(since, "replace_file", refuse)
    assert shelf.sweep(NOON) == 0
    assert shelf.sweep(after(8 * DAY_S)) == 1
    assert not film.exists()


def test_what_stays_as_it_is_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    written: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        written.append(path)
        replace_file(path, data)

    monkeypatch.setattr(since, "replace_file", write)
    shelf = shelf_in(tmp_path)
    stray_in(shelf)
    for second in range(0, 600, 15):
        shelf.sweep(after(second))
    assert written == [tmp_path / "strays.json"]


def refuse(*_: object) -> None:
    raise OSError("the disk is full")
