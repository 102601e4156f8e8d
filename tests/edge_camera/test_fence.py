"""A camera's process that was taken over finds little of its device."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge.camera.fence import around
from edge.camera.sighting import CameraLost, ClipKept
from edge.clip.plan import ClipPlan
from tests.edge_camera.clip import scene, visitor
from tests.edge_camera.watching import plan, watching
from tests.edge_clip.film import write_film

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, os, sys
from contextlib import contextmanager
from pathlib import Path
from edge.camera.fence import stay_within
from tests.edge_camera.watching import plan
from edge.clip.plan import ClipPlan

home = Path(sys.argv[1])
one = plan(str(home / "films" / "a.mp4"), memory=str(home / "memory" / "camera-0"),
           clips=ClipPlan(folder=str(home / "clips" / "camera-0")))
own, kept = home / "clips" / "camera-0", home / "clips" / "kept.mp4"
other = home / "clips" / "camera-1" / "1-1.part"
if not stay_within(one, home):
    print("null")
    sys.exit()
works = {}
(own / "mine").write_bytes(b"forged")
def tries(name, act):
    try:
        act()
        works[name] = True
    except OSError as error:
        works[name] = False

tries("read key", lambda: (home / "device.key").read_bytes())
tries("read logins", lambda: (home / "camera-logins.toml").read_bytes())
tries("read records", lambda: (home / "outbox" / "1.seg").read_bytes())
tries("list home", lambda: os.listdir(home))
tries("cut records", lambda: os.truncate(home / "outbox" / "1.seg", 0))
tries("delete records", lambda: (home / "outbox" / "1.seg").unlink())
tries("delete key", lambda: (home / "device.key").unlink())
tries("plant a site file", lambda: (home / "site.json").write_text("{}"))
tries("link key", lambda: os.link(home / "device.key", own / "k"))
tries("move key", lambda: os.rename(home / "device.key", own / "k"))
tries("read another's memory",
      lambda: (home / "memory" / "camera-1" / "visits.json").read_bytes())
tries("change its film", lambda: (home / "films" / "a.mp4").write_bytes(b""))
(own / "a.link").symlink_to(home / "device.key")
tries("read key by a link", lambda: (own / "a.link").read_bytes())
for name, clip in (("a kept", kept), ("another's", other)):
    tries(f"read {name} clip", clip.read_bytes)
    tries(f"change {name} clip", lambda: clip.write_bytes(b""))
    tries(f"cut {name} clip", lambda: os.truncate(clip, 0))
    tries(f"delete {name} clip", clip.unlink)
    tries(f"move {name} clip", lambda: os.rename(clip, own / "stolen"))
    tries(f"link {name} clip", lambda: os.link(clip, own / "stolen"))
    tries(f"replace {name} clip", lambda: os.rename(own / "mine", clip))
tries("sign a clip", lambda: (home / "clips" / "kept.json").write_text("{}"))
tries("list clips", lambda: os.listdir(home / "clips"))
tries("move another's folder",
      lambda: os.rename(home / "clips" / "camera-1", own / "camera-1"))
tries("hide in a folder", lambda: (own / "deep").mkdir())
tries("end the agent", lambda: os.kill(os.getppid(), 0))
tries("look into the agent",
      lambda: open(f"/proc/{os.getppid()}/mem", "rb").close())
tries("write clip", lambda: (own / "a.part").write_bytes(b"a"))
tries("name clip", lambda: (own / "a.part").rename(own / "b.mp4"))
tries("remember", lambda: (home / "memory" / "camera-0" / "s").write_bytes(b"a"))
tries("read film", lambda: (home / "films" / "a.mp4").read_bytes())
tries("open a device", lambda: open("/dev/null", "wb").close())
print(json.dumps(works))
"""
ALLOWED = {"write clip", "name clip", "remember", "read film", "open a device"}


def device_in(folder: Path) -> Path:
    home = folder / "device"
    for name in ("outbox", "films", "memory/camera-1", "clips/camera-1"):
        (home / name).mkdir(parents=True)
    for name in (
        "device.key",
        "camera-logins.toml",
        "outbox/1.seg",
        "films/a.mp4",
        "memory/camera-1/visits.json",
        "clips/kept.mp4",
        "clips/camera-1/1-1.part",
    ):
        (home / name).write_bytes(b"a secret")
    return home


def test_a_process_that_was_taken_over_neither_reads_nor_changes_its_device(
    tmp_path: Path,
):
    home = device_in(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    works = json.loads(done.stdout.splitlines()[-1])
    if works is None:
        pytest.skip("this kernel has no Landlock")
    free = ALLOWED | ({"end the agent"} if works["end the agent"] else set())
    assert {name for name, done in works.items() if done} == free
    assert (home / "device.key").read_bytes() == b"a secret"
    assert (home / "outbox" / "1.seg").read_bytes() == b"a secret"
    for clip in ("kept.mp4", "camera-1/1-1.part"):
        assert (home / "clips" / clip).read_bytes() == b"a secret"


async def test_behind_its_fence_a_camera_watches_remembers_and_keeps_clips(
    tmp_path: Path,
):
    home = device_in(tmp_path)
    film = write_film(home / "films" / "gate.mp4", scene(20, box=visitor(6, 9)))
    one = plan(
        str(film),
        clips=ClipPlan(folder=str(home / "clips")),
        memory=str(home / "memory" / "camera-0"),
        device=str(home),
    )
    async with watching(one) as [(_, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
    (kept,) = seen.of(ClipKept)
    names = {path.name for path in home.rglob("*")}
    assert {f"{kept.clip}.mp4", "nuisance.json", "visits.json"} <= names


def test_all_but_the_home_is_around_it_and_no_link(tmp_path: Path):
    home = tmp_path / "device"
    home.mkdir()
    (tmp_path / "beside").mkdir()
    (tmp_path / "link").symlink_to("/")
    found = set(around(home))
    assert tmp_path / "beside" in found
    assert not {home, tmp_path, tmp_path / "link", *tmp_path.parents} & found
