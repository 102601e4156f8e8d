"""The password of a camera is nowhere to be found but in its file and the pipe."""

import subprocess
from base64 import b64encode
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import numpy as np

from edge.camera.scene_film import RATE, SceneFilm
from sites.sight import CameraLost, CameraRestored
from sites.topic import Path as Way
from tests.edge.agent_process import by_hand, end, running
from tests.edge.collector_side import CollectorSide
from tests.edge.device_home import make_home, new_site
from tests.servers import rtsp
from tests.servers.mosquitto import Broker
from tests.servers.need import needed
from tests.servers.rtsp import Manner

RIGHT, WRONG = "right/p@ss=21", "wrong/p@ss=22"
SHOWN = [
    form.encode()
    for password in (RIGHT, WRONG)
    for form in (
        password,
        quote(password, safe=""),
        quote(password),
        b64encode(f"guard:{password}".encode()).decode(),
    )
]
QUIET = "seconds,sensor,state\n999999,1,open\n"
LOGINS = f"""
[7]
user = "guard"
password = "{RIGHT}"
[8]
user = "guard"
password = "{WRONG}"
"""


def cameras(source: str) -> list[dict[str, Any]]:
    whole = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    views = [{"zone": 2, "area": whole}]
    return [{"number": one, "source": source, "views": views} for one in (7, 8)]


def film(path: Path) -> Path:
    stills = islice(SceneFilm("made:1", RATE).stills(), 10 * RATE)
    pictures = (cv2.cvtColor(one.colours(), cv2.COLOR_YUV2BGR_I420) for one in stills)
    return rtsp.write_film(
        path, (cv2.resize(one, (320, 180)).astype(np.uint8) for one in pictures)
    )


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(one for child in children for one in family(child))]


def shown(agent: subprocess.Popen[bytes]) -> dict[str, bytes]:
    """What anybody sees of the agent's processes."""
    places = [
        Path(f"/proc/{pid}/{name}")
        for pid in family(agent.pid)
        for name in ("cmdline", "environ", "comm")
    ]
    return {str(place): place.read_bytes() for place in places if place.exists()}


def test_a_camera_password_is_in_no_log_list_environment_record_or_file(
    broker: Broker, tmp_path: Path
):
    manner = Manner(auth="basic", login=("guard", RIGHT))
    with needed(), rtsp.started(film(tmp_path / "film"), manner) as camera:
        site = new_site(cameras=cameras(camera.source))
        home = make_home(tmp_path / "home", broker.port, site, contacts="quiet.csv")
        (home / "quiet.csv").write_text(QUIET)
        logins = home / "camera-logins.toml"
        logins.write_text(LOGINS)
        logins.chmod(0o600)
        with CollectorSide(broker.port, Way(site.device, 1)) as side:
            side.answers = side.stored

            def told(kind: type, sensor: int) -> list[Any]:
                found = [one for one in side.records if isinstance(one, kind)]
                return [one for one in found if one.sensor == sensor]

            with running(home) as agent:
                side.until(lambda: bool(told(CameraLost, 8)))
                seen = shown(agent)
                side.until(lambda: b"camera.retried" in (home / "log").read_bytes())
                status = by_hand(home, "status")
                camera.kill()
                side.until(lambda: bool(told(CameraLost, 7)))
                camera.start()
                side.until(lambda: bool(told(CameraRestored, 7)))
                seen |= shown(agent)
                assert end(agent) == 0
    assert {one.reason for one in told(CameraLost, 8)} == {"refused"}
    files = {
        str(path): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path != logins
    }
    told_of = {"records": repr(side.records).encode(), "status": repr(status).encode()}
    assert SHOWN[0] in logins.read_bytes()
    assert any("edge.camera.capture" in text.decode() for text in seen.values())
    assert b"camera.lost" in files[str(home / "log")]
    for place, text in (seen | files | told_of).items():
        for secret in SHOWN:
            assert secret not in text, place
