"""Clips of alarms go to the collector after the pictures, whole, and once."""

from pathlib import Path

import pytest

from edge.album import Album, PartName
from edge.clip.post import Post
from edge.clip.shelf import Shelf
from sites.blob import MOST_PARTS, PART_BYTES, Part, join_blob
from tests.edge.records import NOON
from tests.edge_clip.shelf import DEVICE, put, shelf_in

LARGE = 2 * PART_BYTES + 17


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return shelf_in(tmp_path / "clips")


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path / "album", DEVICE)


@pytest.fixture
def post(album: Album, shelf: Shelf) -> Post:
    return Post(album, shelf, DEVICE)


def taken(post: Post) -> list[Part]:
    parts = []
    while part := post.next_part():
        parts.append(part)
    return parts


def confirm(post: Post, *parts: Part) -> None:
    for part in parts:
        post.confirm(PartName(part.whole, part.index), part.count)


def test_a_clip_of_an_alarm_goes_whole(post: Post, shelf: Shelf):
    clip = put(shelf, size=LARGE, reason="alarm")
    parts = taken(post)
    assert [part.count for part in parts] == [3, 3, 3]
    assert join_blob(parts) == shelf.path(clip).read_bytes()
    assert post.next_part() is None


def test_an_ordinary_clip_stays_until_it_is_held(post: Post, shelf: Shelf):
    clip = put(shelf)
    assert taken(post) == []
    shelf.hold(clip, held=True)
    assert [part.whole for part in taken(post)] == [clip]


def test_a_picture_overtakes_a_clip(post: Post, shelf: Shelf, album: Album):
    clip = put(shelf, size=LARGE, reason="alarm")
    first = post.next_part()
    assert first is not None
    assert first.whole == clip
    picture = album.keep(b"a picture")
    assert [part.whole for part in taken(post)] == [picture, clip, clip]


def test_what_was_confirmed_whole_is_not_sent_again(
    post: Post, shelf: Shelf, album: Album
):
    clip = put(shelf, size=LARGE, reason="alarm")
    first, *rest = taken(post)
    confirm(post, first, first)
    assert post.waiting == 1
    assert join_blob(taken(Post(album, shelf, DEVICE)))  # a restart: all of it again
    confirm(post, *rest)
    assert post.waiting == 0
    assert not post.holds(PartName(clip, 0))
    sidecar = shelf_in(shelf.folder).get(clip)
    assert sidecar is not None
    assert sidecar.sent
    assert taken(Post(album, shelf, DEVICE)) == []
    assert shelf.path(clip).exists()  # it stays here as long as it may


def test_receipts_of_pictures_reach_the_album(post: Post, album: Album):
    album.keep(b"a picture")
    confirm(post, *taken(post))
    assert album.waiting == 0


def test_a_clip_that_made_room_meanwhile_goes_no_further(post: Post, shelf: Shelf):
    clip = put(shelf, hours=5, size=LARGE, reason="alarm")
    first = post.next_part()
    shelf.tidy(NOON, lacking=10**9)
    other = put(shelf, reason="alarm")
    assert first is not None
    assert first.whole == clip
    assert not post.holds(PartName(clip, 1))
    assert [part.whole for part in taken(post)] == [other]


def test_a_film_that_is_gone_or_cut_holds_nothing_up(post: Post, shelf: Shelf):
    gone = put(shelf, hours=3, size=LARGE, reason="alarm")
    cut = put(shelf, hours=2, size=LARGE, reason="alarm")
    good = put(shelf, hours=1, reason="alarm")
    shelf.path(gone).unlink()
    shelf.path(cut).write_bytes(b"cut")
    assert {part.whole for part in taken(post)} == {good}


def test_what_is_too_large_for_a_blob_is_not_begun(post: Post, shelf: Shelf):
    put(shelf, size=MOST_PARTS * PART_BYTES + 1, reason="alarm")
    assert (taken(post), post.waiting) == ([], 0)
