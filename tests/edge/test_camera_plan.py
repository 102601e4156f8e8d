"""What an inventory sets of a camera reaches the camera's process."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge.agent import Agent, make_contacts
from edge.camera.sighting import CameraPlan
from edge.settings import load
from edge.stores import open_stores
from tests.edge.device_home import make_home, new_site

WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


def plans(folder: Path, *cameras: dict[str, Any]) -> list[CameraPlan]:
    views = [{"zone": 2, "area": WHOLE}]
    made = [
        {"number": number, "source": "made:1", "views": views, **camera}
        for number, camera in enumerate(cameras, start=7)
    ]
    home = make_home(folder, 1883, new_site(cameras=made), contacts="quiet.csv")
    (home / "quiet.csv").write_text("seconds,sensor,state\n999999,1,open\n")
    ready = load(home)
    with open_stores(ready, datetime.now(UTC), clock_trusted=True) as stores:
        agent = Agent(ready, stores, make_contacts(ready))
        return [camera._plan for _, camera in agent._make_cameras()]


def test_a_camera_watches_and_keeps_as_it_was_declared(tmp_path: Path):
    wanted = {"sensitivity": "low", "shadow": True, "pre_roll_s": 12}
    plain, set_ = plans(tmp_path, {}, wanted)
    assert (plain.sensitivity, plain.shadow) == ("normal", False)
    assert (set_.sensitivity, set_.shadow) == ("low", True)
    assert (plain.index, set_.index) == (7, 8)
    assert [one.clips and one.clips.before for one in (plain, set_)] == [5.0, 12.0]
