"""Pictures wait as files until the collector has every part of them."""

import os
from pathlib import Path

from edge.album import Album, PartName
from sites.blob import PART_BYTES, Part, join_blob, name_blob

DEVICE = "abcdefghij234567"
LARGE = bytes(range(256)) * (3 * PART_BYTES // 256) + b"end"


def taken(album: Album) -> list[Part]:
    parts = []
    while part := album.next_part():
        parts.append(part)
    return parts


def confirm(album: Album, part: Part) -> None:
    album.confirm(PartName(part.whole, part.index), part.count)


def test_a_picture_is_given_in_parts_that_join(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    assert album.keep(LARGE) == name_blob(LARGE)
    parts = taken(album)
    assert len(parts) == 4
    assert join_blob(parts) == LARGE


def test_a_picture_stays_until_its_last_part_is_confirmed(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    album.keep(LARGE)
    *first, last = taken(album)
    for part in [*first, *first]:
        confirm(album, part)
    assert album.waiting == 1
    assert len(list(tmp_path.glob("*.jpg"))) == 1
    confirm(album, last)
    assert album.waiting == 0
    assert list(tmp_path.iterdir()) == []


def test_after_a_restart_a_picture_is_sent_whole(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    album.keep(LARGE)
    confirm(album, taken(album)[0])
    again = Album(tmp_path, DEVICE)
    assert again.waiting == 1
    assert join_blob(taken(again)) == LARGE


def test_the_oldest_pictures_make_room(tmp_path: Path):
    album = Album(tmp_path, DEVICE, limit=1000)
    names = [album.keep(bytes([number]) * 400) for number in range(4)]
    assert album.dropped == 2
    assert {path.stem for path in tmp_path.glob("*.jpg")} == set(names[2:])
    assert [part.whole for part in taken(album)] == names[2:]


def test_a_picture_larger_than_the_album_is_dropped(tmp_path: Path):
    album = Album(tmp_path, DEVICE, limit=10)
    album.keep(b"small")
    assert album.keep(b"eleven bytes") is None
    assert (album.dropped, album.waiting) == (1, 1)


def test_the_same_picture_is_kept_once(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    assert album.keep(b"same") == album.keep(b"same")
    assert len(taken(album)) == 1


def test_a_torn_picture_is_dropped_and_those_behind_it_go_on(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    torn = album.keep(b"first picture")
    whole = album.keep(b"second picture")
    (tmp_path / f"{torn}.jpg").write_bytes(b"first pic")
    assert [part.whole for part in taken(album)] == [whole]
    assert album.dropped == 1
    assert not (tmp_path / f"{torn}.jpg").exists()


def test_drafts_of_a_run_that_died_are_cleared_away(tmp_path: Path):
    (tmp_path / "half.new").write_bytes(b"half")
    assert Album(tmp_path, DEVICE).waiting == 0
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_no_disk_takes_is_counted(tmp_path: Path):
    album = Album(tmp_path / "album", DEVICE)
    (tmp_path / "album").rmdir()
    assert album.keep(b"picture") is None
    assert album.dropped == 1


def test_a_confirmation_of_nobodys_part_does_no_harm(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    album.confirm(PartName("00" * 32, 0), 1)
    assert not album.holds(PartName("00" * 32, 0))


def test_new_pictures_are_handed_out_for_syncing_once(tmp_path: Path):
    album = Album(tmp_path, DEVICE)
    album.keep(b"picture")
    (fd,) = album.unsynced()
    os.fsync(fd)
    os.close(fd)
    assert album.unsynced() == []
