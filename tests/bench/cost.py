"""What looking costs: CPU against decoding alone, and memory as the kernel counts it.

Each measurement of CPU is a process of its own, `python -m tests.bench.cost WHAT FILE`,
which prints the seconds of CPU between its first and its last frame: the libraries are
loaded by then.
"""

import statistics
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2

from edge.camera.capture import Watch
from edge.camera.film import Film
from edge.camera.sighting import CameraPlan
from tests.bench.peers import PEERS, frames
from tests.edge.agent_process import ROOT, running
from tests.edge.device_home import make_home, new_site

FPS = 5.0
MASK = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.2), (0.0, 0.2))
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
FASTER = 1000.0  # than real time: nothing waits
RUNS = 3
SETTLE_S = 20.0  # of an agent at work before its memory is read
NOWHERE = 9  # a port at which no broker answers: the agent keeps what it sees


def main(arguments: list[str]) -> int:
    """Print the seconds of CPU that one way through a film takes."""
    what, path = arguments
    cv2.setNumThreads(1)
    started = time.process_time()
    if what == "decode":
        decode(path)
    elif what == "whole":
        plan = CameraPlan(
            index=1,
            source=path,
            zones=(("1", WHOLE),),
            masks=(MASK,),
            speed=FASTER,
            fps=FPS,
        )
        Watch(plan, lambda _: None).run()
    else:
        look = PEERS[what]()
        for picture in frames(Path(path)):
            look(picture)
    sys.stdout.write(f"{time.process_time() - started}\n")
    return 0


def decode(path: str) -> None:
    """Decode each frame through the door that the agent uses, and drop it."""
    with Film(path, FPS) as film:
        for _ in film._frames():
            pass


def cpu_seconds(ways: list[str], path: Path, runs: int = RUNS) -> dict[str, float]:
    """Measure some ways through a film, in turns; gives the median of each."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way in ways:
            command = [sys.executable, "-m", "tests.bench.cost", way, str(path)]
            done = subprocess.run(
                command, cwd=ROOT, check=True, capture_output=True, text=True
            )
            taken[way].append(float(done.stdout))
    return {way: statistics.median(seconds) for way, seconds in taken.items()}


def enlarge(path: Path, to: Path, seconds: float) -> Path:
    """Make a 1280x720 H.264 stream of the first seconds of a film."""
    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        stream = source.streams.video[0]
        rate = Fraction(stream.average_rate or 25)
        out = target.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
        out.width, out.height, out.pix_fmt = 1280, 720, "yuv420p"
        for number, frame in enumerate(source.decode(stream)):
            if number >= seconds * rate:
                break
            large = frame.reformat(width=1280, height=720, format="yuv420p")
            large.pts, large.time_base = number, 1 / rate
            target.mux(out.encode(large))
        target.mux(out.encode())
    return to


def memory(film: Path, folder: Path) -> dict[str, float]:
    """Run an agent with one camera on a film; gives MB by process, as PSS."""
    camera = {
        "number": 7,
        "source": str(film),
        "views": [{"zone": 1, "area": WHOLE}],
        "masks": [MASK],
    }
    home = make_home(folder, NOWHERE, new_site(cameras=[camera]), loop=True)
    with running(home) as agent:
        threading.Event().wait(SETTLE_S)
        parts = {"agent": pss_mb(agent.pid)}
        for number, child in enumerate(children(agent.pid)):
            parts[f"camera {number}"] = pss_mb(child)
        parts["picture libraries in the agent"] = float(_has_pictures(agent.pid))
    return parts


def pss_mb(pid: int) -> float:
    """Give the proportional set size of a process, in millions of bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError("the kernel told no proportional set size")


def children(pid: int) -> list[int]:
    """Give the processes that a process has started."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in told.split()]


def _has_pictures(pid: int) -> bool:
    maps = Path(f"/proc/{pid}/maps").read_text()
    return "libavcodec" in maps or "cv2" in maps


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
