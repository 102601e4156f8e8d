"""What a slow or full disk costs: a gap that is told, or an ordinary clip."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge.clip import writer
from tests.edge.test_full_disk import mount_command
from tests.edge_camera.clip import scene, visitor
from tests.edge_clip.film import (
    Coding,
    kept_of,
    pictures_of,
    watched,
    write_film,
)


def test_a_writer_that_is_too_slow_leaves_whole_groups_out_and_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    film = write_film(tmp_path / "film.mp4", scene(30, box=visitor(8, 26)))
    # less than the seconds before the motion, which come all at once
    monkeypatch.setattr(writer, "MOST_WAITING", 60_000)
    masks = (((0.0, 0.0), (0.2, 0.0), (0.2, 0.2)),)
    (kept,) = kept_of(watched(film, tmp_path / "clips", masks=masks))
    assert capfd.readouterr().err.count("a clip has a gap") == 1  # told once
    pictures = pictures_of(tmp_path / "clips" / f"{kept.clip}.mp4")
    assert 0 < len(pictures) < kept.seconds * 10 - 15
    # what is there can be decoded: it goes on at a keyframe
    assert all(picture[90:].std() > 1 for picture in pictures)
    assert all(100 < picture[60:80, 80:300].mean() < 130 for picture in pictures)


PROGRAM = """
import sys
from pathlib import Path
from edge.camera.capture import Watch
from edge.camera.sighting import CameraPlan
from edge.clip.plan import ClipPlan
from tests.edge_clip.film import YARD, kept_of, pictures_of

film, folder, ordered = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "ordered"
told = []
clips = ClipPlan(folder=str(folder / "clips"))
plan = CameraPlan(index=1, source=film, zones=YARD, speed=1000.0, clips=clips)
watch = Watch(plan, told.append)
if ordered:
    watch.keep(60.0)
watch.run()
names = sorted(path.suffix for path in (folder / "clips").iterdir())
lengths = [len(pictures_of(folder / "clips" / f"{one.clip}.mp4")) / 10 >= one.seconds
           for one in kept_of(told)]
print(names, lengths, [one.ordered for one in kept_of(told)])
"""


@pytest.mark.parametrize("why", ["motion", "ordered"])
def test_a_disk_that_fills_amid_a_clip_costs_an_ordinary_one_alone(
    tmp_path: Path, why: str
):
    disk = tmp_path / "disk"
    disk.mkdir()
    command = mount_command(disk)
    if command is None:
        pytest.skip("this machine lets nobody mount a small tmpfs (unshare -m)")
    film = write_film(
        tmp_path / "film.mp4", scene(30, box=visitor(8, 28)), Coding(gop=2)
    )
    assert film.stat().st_size > 1.3 * 2**20  # more than the disk holds
    done = subprocess.run(
        [*command, sys.executable, "-c", PROGRAM, str(film), str(disk), why],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "a clip cannot be written: OSError" in done.stderr
    said = done.stdout.splitlines()[-1]
    assert said == ("[] [] []" if why == "motion" else "['.mp4'] [True] [True]")
