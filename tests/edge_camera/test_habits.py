"""What a camera learns of its place is kept over a restart, in small files."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.camera import scene_memory
from edge.camera.habits import HEAT, KEEP_S, VISITS, Habits, sighting_of_seen
from edge.camera.sighting import (
    CameraPlan,
    LensDirty,
    MotionEnded,
    NuisanceEnded,
    NuisanceStarted,
    PresetProposed,
    VisitLingered,
    VisitsRepeated,
)
from edge.sight import storm
from edge.sight.lookout import Dirty, Proposed
from edge.sight.picture import Moment
from edge.sight.shadow import Proposal
from tests.edge_camera.tracks import ended, started

NOW = datetime(2026, 7, 1, 22, 30, tzinfo=UTC).timestamp()
DAY = 86_400.0


def habits(folder: Path | None = None, **more) -> Habits:
    memory = str(folder) if folder else None
    return Habits(CameraPlan(index=0, source="film", memory=memory, **more))


def test_the_hour_is_the_site_s():
    assert habits(time_zone="Europe/Amsterdam").hour(NOW) == 0  # summer time
    assert habits().hour(NOW) is None


def test_passes_are_counted_over_a_restart(tmp_path):
    first = habits(tmp_path)
    list(first.linger(NOW - 6 * DAY))
    for hour in (1, 2):
        assert list(first.notice(ended(), NOW + 3600 * hour)) == []
    first.write()
    again = habits(tmp_path)
    told = list(again.notice(ended(), NOW + 3600 * 3))
    assert told == [VisitsRepeated(NOW + 3600 * 3, "yard", 3)]


def test_a_long_visit_is_told_after_the_plan_s_time():
    place = habits(linger=30.0)
    assert list(place.notice(started(), NOW)) == []
    assert list(place.linger(NOW + 29)) == []
    assert list(place.linger(NOW + 30)) == [VisitLingered(NOW + 30, "yard", 30.0)]
    assert list(place.linger(NOW + 60)) == []


def test_what_is_known_is_written_now_and_then(tmp_path):
    place = habits(tmp_path / "camera")
    place.keep(NOW)
    assert not (tmp_path / "camera").exists()
    place.keep(NOW + KEEP_S)
    names = sorted(path.name for path in (tmp_path / "camera").iterdir())
    assert names == sorted([HEAT, VISITS])
    for path in (tmp_path / "camera").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_size < 64 * 1024


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = habits()
    place.write()
    place.keep(NOW)
    place.keep(NOW + 2 * KEEP_S)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"rubbish", b"{}", b"x" * 900_000])
def test_a_file_that_is_damaged_is_forgotten(tmp_path, content):
    (tmp_path / HEAT).write_bytes(content)
    (tmp_path / VISITS).write_bytes(content)
    place = habits(tmp_path)
    assert not place.heat.is_hot(0.5, 0.5)
    place.write()
    assert (tmp_path / VISITS).read_bytes() != content


def test_a_folder_that_cannot_be_written_does_not_blind_the_camera(tmp_path):
    (tmp_path / "file").write_text("in the way")
    place = habits(tmp_path / "file")
    place.write()
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (
            storm.NuisanceStarted(Moment(1, 2.0), None),
            NuisanceStarted(NOW, None),
        ),
        (
            storm.NuisanceEnded(Moment(1, 2.0), "yard", 60.0, 12),
            NuisanceEnded(NOW, "yard", 60.0, 12),
        ),
        (ended(lasted=6.0), MotionEnded(NOW, "yard", 6.0, "left", "right")),
        (Dirty(Moment(1, 2.0)), LensDirty(NOW)),
        (
            Proposed(Moment(1, 2.0), Proposal("low", 40, 12, 24)),
            PresetProposed(NOW, "low", 40, 12, 24),
        ),
    ],
)
def test_what_is_seen_is_told_as_a_sighting(seen, told):
    assert sighting_of_seen(seen, NOW) == told


def test_a_home_keeps_nothing_of_who_came_by_and_forgets_what_it_kept(tmp_path):
    before = habits(tmp_path)
    list(before.notice(ended(), NOW))
    before.write()
    assert (tmp_path / VISITS).exists()
    at_home = habits(tmp_path, home=True)
    assert not (tmp_path / VISITS).exists()
    for hour in (1, 2, 3):
        list(at_home.notice(ended(), NOW + 3600 * hour))
    at_home.write()
    assert {path.name for path in tmp_path.iterdir()} == {HEAT}


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 2**30)


PLANTS: dict[str, Callable[[Path], object]] = {
    "deep": lambda path: path.write_bytes(b'{"day":' * 100_000),
    "pipe": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "huge": huge,
}


@pytest.mark.parametrize("name", [HEAT, VISITS, scene_memory.NAME])
@pytest.mark.parametrize("plant", PLANTS)
def test_no_file_in_the_memory_keeps_a_camera_from_looking(tmp_path, name, plant):
    path = tmp_path / name
    PLANTS[plant](path)
    place = habits(tmp_path)
    assert list(place.notice(ended(), NOW)) == []
    assert scene_memory.read(tmp_path) is None
    place.write()
