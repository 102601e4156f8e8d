"""What an agent with one camera holds in memory, as the kernel counts it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge.sight.shape import WHOLE
from tests.bench.cost import MASK
from tests.bench.kernel import children, most_mb, pss_mb
from tests.edge.agent_process import running
from tests.edge.device_home import make_home, new_site

NOWHERE = 9  # a port at which no broker answers: the agent keeps what it sees
PICTURES = ("libavcodec", "cv2")
# What only the tools of developers bring; structlog takes them where they are: 5 MB.
NO_DEVICE_HAS = ("greenlet", "rich")


@dataclass
class Memory:
    """MB (millions of bytes) of an agent and its camera's process.

    Attributes:
        pss: the largest sum of proportional set sizes that was seen, by process.
        most: the most that each process ever had resident (VmHWM), shared or not.
        pictures: a picture library is in the agent's own process, which is wrong.
    """

    pss: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    pictures: bool = False

    @property
    def total(self) -> float:
        """The sum of the proportional set sizes."""
        return sum(self.pss.values())


def of_agent(film: Path, folder: Path, seconds: int) -> Memory:
    """Run an agent with one camera on a film; looks at its memory each second."""
    camera = {
        "number": 7,
        "source": str(film),
        "views": [{"zone": 1, "area": WHOLE}],
        "masks": [MASK],
    }
    home = make_home(folder, NOWHERE, new_site(cameras=[camera]), loop=True)
    memory, pause = Memory(), threading.Event()
    with running(home, NO_DEVICE_HAS) as agent:
        for _ in range(seconds):
            pause.wait(1.0)
            pids = [agent.pid, *children(agent.pid)]
            now = _each(pids, pss_mb)
            if len(now) > 1 and sum(now.values()) > memory.total:
                memory.pss = now
            memory.most = _each(pids, most_mb) or memory.most
        maps = Path(f"/proc/{agent.pid}/maps").read_text()
    memory.pictures = any(name in maps for name in PICTURES)
    if len(memory.pss) < 2:
        raise AssertionError("the agent had no camera: " + (home / "log").read_text())
    return memory


def _each(pids: list[int], measure: Callable[[int], float]) -> dict[str, float]:
    """Measure the agent and its cameras; nothing if one has just ended."""
    names = ["agent", *(f"camera {number}" for number in range(1, len(pids)))]
    try:
        return {name: measure(pid) for name, pid in zip(names, pids, strict=True)}
    except (FileNotFoundError, ProcessLookupError):
        return {}
