"""What lies on the shelf is what was signed, and no more than may."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from edge.clip import stray
from edge.clip.shelf import Shelf
from edge.clip.stray import copy, measure
from tests.edge.records import NOON, after
from tests.edge_clip.shelf import film_in, put, shelf_in


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_clips_are_found_again_after_a_restart(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    late, early = put(shelf, hours=1), put(shelf, hours=5, reason="alarm")
    again = shelf_in(tmp_path)
    assert [one.statement.clip for one in again] == [early, late]
    assert (len(again), again.size) == (2, 2000)
    assert again.get(early) == shelf.get(early)
    assert measure(again.path(late)).digest == late


def test_only_the_owner_may_look(tmp_path: Path):
    shelf = shelf_in(tmp_path / "clips")
    assert (tmp_path / "clips").stat().st_mode & 0o777 == 0o700
    clip = put(shelf)
    assert (tmp_path / "clips" / f"{clip}.json").stat().st_mode & 0o777 == 0o600


def test_a_film_counts_only_with_its_statement_and_the_other_way_round(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    unsigned = film_in(tmp_path, b"unsigned")
    gone = put(shelf)
    shelf.path(gone).unlink()
    (tmp_path / "rubbish.json").write_bytes(b"{}")
    (tmp_path / "draft.json.new").write_bytes(b"{")
    again = shelf_in(tmp_path)
    assert len(again) == 0
    assert names(tmp_path) == {f"{unsigned}.mp4", "rubbish.json"}


def test_a_statement_under_another_name_is_not_believed(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip, other = put(shelf), film_in(tmp_path, b"another")
    (tmp_path / f"{clip}.json").rename(tmp_path / f"{other}.json")
    assert len(shelf_in(tmp_path)) == 0


def test_what_is_overdue_goes_with_its_statement(tmp_path: Path):
    shelf = shelf_in(tmp_path, keep=timedelta(hours=72))
    put(shelf, hours=73)
    alarm, young = put(shelf, hours=80, reason="alarm"), put(shelf, hours=71)
    held = put(shelf, hours=9000)
    shelf.hold(held, held=True)
    gone = shelf.tidy(NOON)
    assert len(gone) == shelf.dropped == 2
    assert alarm in {one.clip for one in gone}
    kept = {young, held}
    assert {path.stem for path in tmp_path.iterdir()} == kept
    assert {one.statement.clip for one in shelf_in(tmp_path)} == kept


def test_what_is_too_much_goes_ordinary_before_alarms_and_evidence_never(
    tmp_path: Path,
):
    shelf = shelf_in(tmp_path, size=3500)
    held = put(shelf, hours=9)
    shelf.hold(held, held=True)
    alarms = [put(shelf, hours=hours, reason="alarm") for hours in (8, 7)]
    put(shelf, hours=1)
    put(shelf, hours=2)
    assert len(shelf.tidy(NOON)) == 2
    assert {one.statement.clip for one in shelf} == {held, *alarms}
    shelf.tidy(NOON, lacking=10**9)
    assert [one.statement.clip for one in shelf] == [held]
    assert shelf.path(held).exists()


def test_nothing_goes_for_its_age_while_no_clock_can_be_trusted(tmp_path: Path):
    shelf = shelf_in(tmp_path, size=2500)
    for hours in (9000, 200, 100):
        put(shelf, hours=hours)
    assert [one.at for one in shelf.tidy(None)] == [NOON - timedelta(hours=9000)]
    assert len(shelf) == 2  # too many bytes are too many at any time


def test_a_clip_ages_from_the_first_known_time_whatever_its_film_says(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clips = [undated(put(shelf, hours=hours), shelf) for hours in (500_000, 0, -9000)]
    assert shelf.tidy(None) == []
    assert shelf.tidy(NOON) == []  # 1970, now and next year: from now on they age
    again = shelf_in(tmp_path)
    assert {one.since for one in again} == {NOON}
    assert again.tidy(NOON + timedelta(days=6)) == []
    gone = again.tidy(NOON + timedelta(days=8))
    assert {one.clip for one in gone} == set(clips)


def test_a_clip_that_does_not_age_yet_is_newer_than_all_that_do(tmp_path: Path):
    shelf = shelf_in(tmp_path, size=2000)
    late = undated(put(shelf, hours=500_000), shelf)  # of a clock that stands at 1970
    old, young = put(shelf, hours=50), put(shelf, hours=1)
    assert [one.clip for one in shelf.tidy(None)] == [old]
    assert {one.statement.clip for one in shelf} == {late, young}


def undated(clip: str, shelf: Shelf) -> str:
    sidecar = shelf.get(clip)
    assert sidecar
    shelf.add(replace(sidecar, since=None))
    return clip


def test_a_copy_of_what_a_camera_wrote_becomes_a_clip(tmp_path: Path):
    shelf = shelf_in(tmp_path / "clips")
    sidecar = shelf.get(put(shelf))
    assert sidecar
    film = film_in(shelf.inbox(6), b"a film")
    other = shelf_in(tmp_path / "other")
    copy(shelf.inbox(6) / f"{film}.mp4", other.draft(sidecar.statement.clip))
    other.take(sidecar)
    assert {path.suffix for path in other.folder.iterdir()} == {".mp4", ".json"}
    assert len(other) == 1


def test_a_copy_that_is_gone_before_it_is_taken_is_no_clip(tmp_path: Path):
    shelf = shelf_in(tmp_path / "clips")
    sidecar = shelf.get(put(shelf))
    assert sidecar
    other = shelf_in(tmp_path / "other")
    with pytest.raises(FileNotFoundError):
        other.take(sidecar)
    assert len(other) == len(shelf_in(tmp_path / "other")) == 0


def test_what_is_released_goes_with_the_others(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = put(shelf, hours=200)
    shelf.hold(clip, held=True)
    assert shelf.tidy(NOON) == []
    shelf_in(tmp_path).hold(clip, held=False)
    assert [one.clip for one in shelf_in(tmp_path).tidy(NOON)] == [clip]


def test_a_clip_is_known_by_how_its_digest_begins(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    clip = put(shelf)
    assert shelf.find(clip[:8]) == shelf.find(clip) == [clip]
    assert shelf.find("x") == []


def test_days_left_are_those_of_the_quota_or_of_the_disk(tmp_path: Path):
    shelf = shelf_in(tmp_path, size=11_000)
    put(shelf, hours=30)
    for hours in (2, 20):
        put(shelf, hours=hours)
    assert shelf.days_left(NOON, free=10**9) == 4.0
    assert shelf.days_left(NOON, free=2_000) == 1.0


def test_a_draft_never_goes_for_its_age_while_no_clock_can_be_trusted(tmp_path: Path):
    shelf = shelf_in(tmp_path)
    film_in(shelf.inbox(7), b"by a clock that stands at 1970")
    (draft,) = shelf.inbox(7).iterdir()
    os.utime(draft, (0, 0))
    for now in (None, NOON, None, after(6 * 86_400)):
        assert shelf.sweep(now) == 0
    assert shelf.sweep(after(8 * 86_400)) == 1
    assert not draft.exists()


def test_a_camera_that_fills_its_folder_drives_out_no_draft_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stray, "MOST_BYTES", 1000)
    shelf = shelf_in(tmp_path, size=4000)
    film_in(shelf.inbox(1), b"an hour ago")
    for number in range(9):
        film_in(shelf.inbox(2), bytes([number]) * 400)
    kept = put(shelf)  # its name, given to something else, hides nothing
    (shelf.inbox(2) / f"{kept}.mp4").write_bytes(bytes(400))
    assert shelf.sweep(NOON) == 8
    assert len(names(shelf.inbox(1))) == 1
    assert shelf.path(kept).exists()


@pytest.mark.parametrize("name", ["7-1.part", "7-1.ordered.part", f"{'ab' * 32}.mp4"])
def test_what_nobody_adopts_goes_when_it_is_overdue(tmp_path: Path, name: str):
    shelf = shelf_in(tmp_path)
    clip = put(shelf)
    (tmp_path / name).write_bytes(b"of a camera that is gone")
    os.utime(tmp_path / name, (NOON.timestamp(), NOON.timestamp()))
    for days in (0, 6):
        shelf.sweep(after(days * 86_400))
    assert (tmp_path / name).exists()
    shelf.sweep(after(8 * 86_400))
    assert not (tmp_path / name).exists()
    assert shelf.path(clip).exists()  # its own time is told by its statement
