"""What looking costs: CPU against decoding alone, and memory as the kernel counts it.

Each measurement of CPU is a process of its own, `python -m tests.bench.cost WHAT FILE`,
which prints the seconds of CPU between its first and its last frame (the libraries are
loaded by then), the frames, and the most memory it held. Ways take turns, so that what
else the machine does falls on all of them.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from edge.camera.capture import Watch
from edge.camera.film import Film
from edge.camera.memory import keep_freed_memory
from edge.camera.sighting import CameraPlan
from edge.look.command import LOOKS_A_SECOND
from edge.sight.picture import Pixels
from edge.sight.shape import WHOLE
from tests.bench.kernel import most_mb
from tests.bench.peers import PEERS, is_enough
from tests.bench.recipe import bgr, levels
from tests.bench.stage import encode, frames
from tests.edge.agent_process import ROOT

MASK = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.2), (0.0, 0.2))
FASTER = 1000.0  # than real time: nothing waits
DECODE, PLAIN, ALL = "decode", "decode with PyAV", "whole"
GRAIN = 3.0  # levels of noise, so that the larger film is no easier than a sensor's


@dataclass
class Cost:
    """CPU seconds of each way through a film, one for each turn; and the film."""

    frames: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    most_mb: dict[str, float] = field(default_factory=dict)

    def ms(self, way: str) -> float:
        """Give the median CPU of a frame in ms; every frame of the film counts."""
        return statistics.median(self.seconds[way]) / self.frames * 1e3

    def ratios(self, way: str = ALL, to: str = DECODE) -> list[float]:
        """Give the ratio of each turn, in order of size."""
        pairs = zip(self.seconds[way], self.seconds[to], strict=True)
        return sorted(one / other for one, other in pairs)


def main(arguments: list[str]) -> int:
    """Go one way through a film, and print what it took."""
    what, path = arguments
    cv2.setNumThreads(1)
    keep_freed_memory()
    started = time.process_time()
    if what == DECODE:
        decode(path)
    elif what == PLAIN:
        decode_plainly(path)
    elif what == ALL:
        Watch(plan_of(path), lambda _: None).run()
    else:
        look_as(what, path)
    cpu = time.process_time() - started
    most = most_mb(os.getpid())  # ru_maxrss begins with that of who started us
    sys.stdout.write(json.dumps({"cpu_s": cpu, "most_mb": most}) + "\n")
    return 0


def plan_of(path: str) -> CameraPlan:
    """Make the plan of a camera with one zone and one mask."""
    zones = (("1", WHOLE),)
    return CameraPlan(index=1, source=path, zones=zones, masks=(MASK,), speed=FASTER)


def decode(path: str) -> None:
    """Decode each frame through the agent's own door, with its flags; drop it."""
    with Film(path, LOOKS_A_SECOND) as film:
        for _ in film.stills():
            pass


def decode_plainly(path: str) -> None:
    """Decode each frame with one thread and no flag at all; drop it."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        for _ in container.decode(stream):
            pass


def look_as(name: str, path: str) -> None:
    """Decode, and look as often as ours does, with another's model."""
    look = PEERS[name]()
    with Film(path, LOOKS_A_SECOND) as film:
        for still in film.stills():
            is_enough(look(bgr(still.colours())))


def measured(ways: Sequence[str], path: Path, turns: int) -> Cost:
    """Go some ways through a film, in turns."""
    cost = Cost(sum(1 for _ in frames(path)), {way: [] for way in ways})
    for _ in range(turns):
        for way in ways:
            command = [sys.executable, "-m", "tests.bench.cost", way, str(path)]
            done = subprocess.run(
                command, cwd=ROOT, check=True, capture_output=True, text=True
            )
            told = json.loads(done.stdout)
            cost.seconds[way].append(told["cpu_s"])
            cost.most_mb[way] = max(told["most_mb"], cost.most_mb.get(way, 0.0))
    return cost


def enlarge(path: Path, to: Path, seconds: float) -> Path:
    """Make 1280x720 of the first seconds of a film, with a sensor's noise."""
    with av.open(str(path)) as source:
        rate = float(source.streams.video[0].average_rate or 25)
    chance = np.random.default_rng(7)
    grain = chance.normal(0, GRAIN, (720 + 64, 1280 + 64, 1)).astype(np.float32)

    def large(picture: Pixels) -> Pixels:
        top, left = chance.integers(0, 64, 2).tolist()
        whole = cv2.resize(picture, (1280, 720), interpolation=cv2.INTER_CUBIC)
        return levels(whole + grain[top : top + 720, left : left + 1280])

    pictures = (large(one) for one in islice(frames(path), round(seconds * rate)))
    encode(pictures, to, rate, lossless=False)
    return to


def load() -> float:
    """Say how many processes wanted the machine during the last minute."""
    return round(os.getloadavg()[0], 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
