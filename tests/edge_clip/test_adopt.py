"""Planted or broken films among the clips cost a camera one start at the utmost."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.camera.sighting import CameraLost, MotionStarted
from edge.clip import adopt as adopting
from edge.clip.adopt import TRIED, adopt
from edge.clip.plan import ClipPlan
from edge.clip.stray import LARGEST_CLIP
from tests.edge_camera.clip import scene, visitor
from tests.edge_camera.watching import plan, watching
from tests.edge_clip.film import kept_of, watched, write_film

NAMES = ["{digest}.mp4", "3-9.part", "3-9.ordered.part"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a clip of camera 3."""
    folder = tmp_path_factory.mktemp("films")
    film = write_film(folder / "comes.mp4", scene(20, box=visitor(8, 11)))
    (kept,) = kept_of(watched(film, folder / "clips"))
    return folder / "clips" / f"{kept.clip}.mp4"


def saying(data: bytes, at: bytes) -> bytes:
    """Have a film say another time, in as many bytes."""
    found = re.search(rb'"at":([0-9.e+]+)', data)
    assert found
    return data.replace(found[0], b'"at":' + at.ljust(len(found[1])))


def plant(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name.format(digest="ab" * 32)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("at", [b"1e300", b"-1", b"9e9"])
@pytest.mark.parametrize("name", NAMES)
def test_a_film_that_says_an_impossible_time_is_told_to_nobody(
    clip: Path, tmp_path: Path, name: str, at: bytes
):
    plant(tmp_path, name, saying(clip.read_bytes(), at))
    assert list(adopt(tmp_path, 3)) == []
    assert not list(tmp_path.glob(f"*{TRIED}"))


def test_a_film_under_a_name_that_is_no_digest_is_told_to_nobody(
    clip: Path, tmp_path: Path
):
    plant(tmp_path, "visit.mp4", clip.read_bytes())
    assert list(adopt(tmp_path, 3)) == []


def test_a_statement_planted_beside_a_film_hides_it_from_nobody(
    clip: Path, tmp_path: Path
):
    path = plant(tmp_path, clip.name, clip.read_bytes())
    path.with_suffix(".json").write_bytes(b"{}")
    assert [one.clip for one in adopt(tmp_path, 3)] == [clip.stem]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    target = path.parent.parent / "outbox"
    target.write_bytes(b"an alarm that waits")
    path.symlink_to(target)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * LARGEST_CLIP)


@pytest.mark.parametrize("make", [pipe, link, endless, folder, huge])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_film_holds_nobody_up(
    tmp_path: Path, make: Callable[[Path], None], name: str
):
    clips = tmp_path / "clips"
    clips.mkdir()
    make(clips / name.format(digest="ab" * 32))
    assert list(adopt(clips, 3)) == []
    if make is link:
        assert (tmp_path / "outbox").read_bytes() == b"an alarm that waits"


def test_what_ended_a_process_is_not_looked_at_again(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = plant(tmp_path, NAMES[0], clip.read_bytes())
    looked: list[str] = []

    def falls(name: str) -> None:
        looked.append(name)
        raise MemoryError

    monkeypatch.setattr(adopting, "measure", falls)
    with pytest.raises(MemoryError):
        list(adopt(tmp_path, 3))
    for _ in range(3):
        assert list(adopt(tmp_path, 3)) == []
    assert looked == [str(path)]
    monkeypatch.undo()
    assert list(adopt(tmp_path, 4)) == []  # another camera is not held up by it


def test_a_sign_of_life_comes_before_each_file(clip: Path, tmp_path: Path):
    for number in range(20):
        plant(tmp_path, f"{number:064}.mp4", clip.read_bytes())
    beats: list[int] = []
    told = list(adopt(tmp_path, 4, lambda: beats.append(1)))
    assert (len(told), len(beats)) == (0, 20)


@pytest.fixture
def planted(clip: Path, tmp_path: Path) -> Path:
    """Give a folder of clips with what would once have blinded a camera for good."""
    clips = tmp_path / "clips"
    plant(clips, NAMES[0], saying(clip.read_bytes(), b"9e9"))
    plant(clips, "visit.mp4", clip.read_bytes())
    os.mkfifo(clips / f"{'cd' * 32}.mp4")
    return clips


async def test_a_camera_sees_in_spite_of_what_was_planted(planted: Path):
    one = plan("made:1", 3, clips=ClipPlan(folder=str(planted)))
    async with watching(one) as [(_, seen)]:
        await seen.until(lambda: seen.of(MotionStarted, CameraLost))
    assert seen.of(MotionStarted)
    assert not seen.of(CameraLost)
