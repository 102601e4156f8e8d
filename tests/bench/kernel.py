"""What the kernel counts of a process."""

import os
from pathlib import Path


def pss_mb(pid: int) -> float:
    """Give the proportional set size of a process, in millions of bytes."""
    return _told(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def most_mb(pid: int) -> float:
    """Give the most that a process ever had resident, in millions of bytes."""
    return _told(Path(f"/proc/{pid}/status"), "VmHWM:")


def children(pid: int) -> list[int]:
    """Give the processes that a process has started."""
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in words.split()]


def _told(path: Path, word: str) -> float:
    for line in path.read_text().splitlines():
        if line.startswith(word):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError(f"the kernel told no {word}")


def cpu_s(pid: int) -> float:
    """Give the processor seconds of a process, with those of its ended children."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) / os.sysconf("SC_CLK_TCK")
