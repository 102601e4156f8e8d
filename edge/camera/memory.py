"""How much memory a camera's process may take, and how much it takes (Linux).

Measured with PyAV, OpenCV and the eye, private memory in MiB: 98 with H.264 of
1280x720, 117 of 1920x1080, 369 of 3840x2160 that keeps 16 pictures, 488 of 4000x3000.
"""

import ctypes
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 640 * 2**20
KEPT_BYTES = 16 * 2**20
WHOLE_BYTES = 2**20  # a picture of 1280x720 is larger, what a look makes of it is not
PR_SET_THP_DISABLE = 41  # linux/prctl.h
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

    glibc gives blocks of over 128 KiB back to the kernel, which clears each page anew
    when the next look asks for it: 26 pages a look in a film's first two minutes, 3
    with this. Later glibc learns by itself, up to blocks so large that whole pictures
    and an encoder's leave holes in the heap; and each thread has a heap to itself.
    With both settings below, clips under masks take 20 MB less. See mallopt(3). Other
    C libraries are left as they are.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, WHOLE_BYTES)
        mallopt(M_ARENA_MAX, 1)


def take_small_pages() -> None:
    """Have the kernel give no pages of 2 MiB, which the encoder of clips asks for.

    It fills them by half: 3 MB more for pictures of 1280x720.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)


def private_bytes(pid: int) -> int:
    """Return how much memory a process has to itself; 0 where it cannot be told.

    What it shares with other processes, such as the code of libraries, is not in it.
    """
    try:
        fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
