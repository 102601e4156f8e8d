"""How much memory a camera's process may take, and how much it takes (Linux).

Measured with PyAV, OpenCV and the eye, private memory in MiB: 98 with H.264 of
1280x720, 117 of 1920x1080, 369 of 3840x2160 that keeps 16 pictures, 488 of 4000x3000.
"""

import ctypes
import os
import resource
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 640 * 2**20
KEPT_BYTES = 16 * 2**20
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # glibc's malloc.h


def limit_memory(most: int = MOST_BYTES) -> None:
    """Have the kernel refuse this process more private memory than that.

    What asks for more gets an error, and the process ends. The heap counts, and all
    memory that was asked for; libraries and films that are mapped from disk do not.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (least, least))


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, up to 16 MiB, for the next picture.

    It keeps that much for each thread, unless all share one heap: the thread that
    encodes clips took 5 MB more.

    glibc gives blocks of over 128 KiB back to the kernel, which clears each page anew
    when the next look asks for it: 26 pages a look in a film's first two minutes, 3
    with this. Later glibc learns by itself. See mallopt(3). Other C libraries are left
    as they are.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            mallopt(option, KEPT_BYTES)
        mallopt(M_ARENA_MAX, 1)


def private_bytes(pid: int) -> int:
    """Return how much memory a process has to itself; 0 where it cannot be told.

    What it shares with other processes, such as the code of libraries, is not in it.
    """
    try:
        fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
