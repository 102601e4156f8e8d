"""An agent loads what it needs, and no more: memory is dear on a small box."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge.agent import make_contacts
from edge.contact import NoContacts
from edge.settings import load
from tests.edge.agent_process import ROOT
from tests.edge.device_home import SENSORS, make_home, new_site

PROGRAM = """
import sys
from pathlib import Path
from edge.agent import Agent, make_contacts
from edge.settings import load
make_contacts(load(Path(sys.argv[1])))
print(*sorted({name.split('.')[0] for name in sys.modules}))
"""


def loaded(home: Path) -> set[str]:
    """Give the libraries of a process that has put an agent's switches together."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("pins", [False, True])
def test_the_library_of_pins_is_loaded_where_there_are_pins(pins, tmp_path):
    sensors = SENSORS if pins else [one for one in SENSORS if "pin" not in one]
    home = make_home(tmp_path / "device", 1883, new_site(sensors=sensors))
    assert ("gpiozero" in loaded(home)) == pins


def test_an_agent_loads_no_picture_library(tmp_path):
    home = make_home(tmp_path / "device", 1883, new_site())
    assert loaded(home).isdisjoint({"av", "cv2", "numpy"})


def test_a_device_without_pins_opens_none(tmp_path):
    home = make_home(tmp_path / "device", 1883, new_site(sensors=[]))
    assert isinstance(make_contacts(load(home)), NoContacts)
