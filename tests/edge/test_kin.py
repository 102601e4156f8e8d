"""No process of a device's own gives it orders, however it hides."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from edge.kin import is_our_child

ROOT = Path(__file__).parents[2]
CALL = """
import os, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1])
door.recv(1)
"""
HIDE = f"""
import os, sys
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
{CALL}
"""
AGENT = """
import socket, subprocess, sys
from edge.kin import adopt_orphans, is_our_child
adopt_orphans()
with socket.socket(socket.AF_UNIX) as server:
    server.bind(sys.argv[1])
    server.listen()
    server.settimeout(30)
    child = subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]])
    if sys.argv[3] == "hides":
        child.wait()
    door, _ = server.accept()
    print(is_our_child(door))
"""


@pytest.mark.parametrize(("way", "code"), [("plain", CALL), ("hides", HIDE)])
def test_a_process_of_ours_is_known_also_where_it_hides(
    tmp_path: Path, way: str, code: str
):
    done = subprocess.run(
        [sys.executable, "-c", AGENT, str(tmp_path / "door"), code, way],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "True"


def test_we_ourselves_are_none_of_our_children():
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert not is_our_child(one)
