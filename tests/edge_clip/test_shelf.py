"""What lies on the shelf is what was signed, and no more than may."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from edge.clip.stray import measure
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


@pytest.mark.parametrize("name", ["7-1.part", "7-1.ordered.part", f"{'ab' * 32}.mp4"])
def test_what_nobody_adopts_goes_when_it_is_overdue(tmp_path: Path, name: str):
    shelf = shelf_in(tmp_path)
    clip = put(shelf)
    (tmp_path / name).write_bytes(b"of a camera that is gone")
    os.utime(tmp_path / name, (NOON.timestamp(), NOON.timestamp()))
    shelf.sweep(after(6 * 86_400))
    assert (tmp_path / name).exists()
    shelf.sweep(after(8 * 86_400))
    assert not (tmp_path / name).exists()
    assert shelf.path(clip).exists()  # its own time is told by its statement
