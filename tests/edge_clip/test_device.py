"""A whole device: an alarm's clip reaches the collector, an ordinary one stays."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from edge.clip.statement import Sidecar, read
from sites.blob import join_blob, name_blob
from sites.event import PanicPressed
from sites.health import RunStarted
from sites.keys import key_text
from sites.sight import CameraLost, ClipKept, MotionStarted
from sites.topic import Path as Way
from sites.words import SiteKind
from tests.edge.agent_process import ROOT, by_hand, end, running
from tests.edge.collector_side import DEVICE_KEY, CollectorSide
from tests.edge.device_home import WHOLE, make_home, new_site
from tests.edge.test_agent import QUIET, is_whole, parts_of, seen
from tests.edge_camera.clip import RATE, scene, visitor
from tests.edge_camera.made import staged
from tests.edge_camera.test_guard import film
from tests.edge_clip.film import write_film
from tests.servers.mosquitto import Broker


def device(folder: Path, port: int, kind: SiteKind) -> tuple[str, Path]:
    """Make a device with one camera on a film in which somebody comes again."""
    camera: dict[str, Any] = {
        "number": 9,
        "source": "footage:gate.mp4",
        "views": [{"zone": 2, "area": WHOLE}],
    }
    site = new_site(kind, cameras=[camera])
    more = {"contacts": "quiet.csv", "footage": "films", "speed": 6, "loop": True}
    home = make_home(folder, port, site, **more)
    (home / "quiet.csv").write_text(QUIET)
    (home / "films").mkdir()
    write_film(home / "films" / "gate.mp4", scene(24, box=visitor(8, 11)))
    return site.device, home


def clips_of(side: CollectorSide) -> list[ClipKept]:
    return [one for one in side.records if isinstance(one, ClipKept)]


def films_in(home: Path) -> list[Path]:
    return list((home / "clips").glob("*.mp4"))


def sidecar_of(home: Path, clip: str) -> Sidecar:
    told = read((home / "clips" / f"{clip}.json").read_bytes())
    assert told is not None
    return told


def verify(film: Path) -> subprocess.CompletedProcess[str]:
    key = key_text(DEVICE_KEY.verify_key)
    command = [sys.executable, "-m", "wachtpost", "clip", "verify", str(film)]
    return subprocess.run(
        [*command, "--key", key], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_station_keeps_its_clips_and_sends_those_that_matter(
    broker: Broker, tmp_path: Path
):
    name, home = device(tmp_path, broker.port, "station")
    with CollectorSide(broker.port, Way(name, 1)) as side, running(home) as agent:
        side.answers = side.stored
        side.until(lambda: bool(clips_of(side)), 60)
        ordinary = clips_of(side)[0]
        assert not parts_of(side, ordinary.clip)
        assert sidecar_of(home, ordinary.clip).kept == "motion"
        assert ordinary.sensor == 9
        assert ordinary.before >= 5.0

        by_hand(home, "panic")
        side.until(lambda: any(is_whole(side, one.clip) for one in clips_of(side)), 60)
        sent = next(one for one in clips_of(side) if is_whole(side, one.clip))
        data = join_blob(parts_of(side, sent.clip))
        assert data[4:8] == b"ftyp"
        assert sidecar_of(home, sent.clip).kept == "alarm"

        listed = {one["clip"]: one for one in by_hand(home, "clips")["clips"]}
        assert listed[ordinary.clip]["kept"] == "motion"
        assert by_hand(home, "hold", ordinary.clip[:12])["reason"] == "held"
        side.until(lambda: is_whole(side, ordinary.clip), 60)
        status = by_hand(home, "status")
        assert status["clips_mb"] > 0
        assert status["days_left"] > 0
        assert not by_hand(home, "release", "zz")["ok"]
        assert end(agent) == 0
    film = home / "clips" / f"{sent.clip}.mp4"
    assert hashlib.sha256(film.read_bytes()).hexdigest() == name_blob(data) == sent.clip
    assert verify(film).returncode == 0, verify(film).stdout
    film.write_bytes(data[:-1])
    assert verify(film).returncode == 1


def test_a_covered_camera_sends_the_film_of_the_hand_that_did_it(
    broker: Broker, tmp_path: Path
):
    name, home = device(tmp_path, broker.port, "station")
    covered = staged("covered fast", film("made:1", 40), 14, 34, RATE)
    write_film(home / "films" / "gate.mp4", covered)
    with CollectorSide(broker.port, Way(name, 1)) as side, running(home) as agent:
        side.answers = side.stored
        side.until(lambda: any(is_whole(side, one.clip) for one in clips_of(side)), 60)
        lost = next(one for one in side.records if isinstance(one, CameraLost))
        assert (lost.reason, lost.suspect) == ("covered", "tamper")
        sent = next(one for one in clips_of(side) if is_whole(side, one.clip))
        assert sent.before >= 5.0
        assert sidecar_of(home, sent.clip).kept == "alarm"
        assert end(agent) == 0


def test_of_a_home_no_clip_and_no_word_of_it_leaves(broker: Broker, tmp_path: Path):
    name, home = device(tmp_path, broker.port, "home")
    with CollectorSide(broker.port, Way(name, 1)) as side, running(home) as agent:
        side.answers = side.stored
        side.until(lambda: seen(side, RunStarted), 60)
        assert by_hand(home, "panic")["ok"]
        side.until(lambda: seen(side, PanicPressed), 60)
        side.until(lambda: len(by_hand(home, "clips").get("clips", [])) > 1, 60)
        assert not seen(side, ClipKept)
        assert not seen(side, MotionStarted)
        assert side.parts == []
        kinds = {one["kept"] for one in by_hand(home, "clips")["clips"]}
        assert "alarm" in kinds
        assert end(agent) == 0
    # the log of a stolen kit would tell the rhythm of a household
    assert not any(clip.stem in (home / "log").read_text() for clip in films_in(home))
