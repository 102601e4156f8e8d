"""The one door to the machine's clocks, and whether something keeps them right."""

import ctypes
import time
from datetime import UTC, datetime

from edge.clock import Reading

_UNSYNCHRONISED = 0x40  # STA_UNSYNC in adjtimex(2)
_ERROR = 5  # TIME_ERROR
_ROOM = 256  # bytes; struct timex has 208 on 64 bits


class Timex(ctypes.Structure):
    """The beginning of struct timex, as far as we look; the kernel fills more."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * _ROOM),
    )


def read_clocks() -> Reading:
    """Read the wall clock, and the one that counts on while the machine sleeps."""
    return Reading(datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME))


def is_trusted() -> bool:
    """Tell whether the kernel believes that its clock is right.

    True where the kernel cannot be asked: a warning for ever warns of nothing.
    """
    try:
        state, told = ask_kernel()
    except (OSError, AttributeError):
        return True
    return is_right(state, told.status)


def ask_kernel() -> tuple[int, Timex]:
    """Call adjtimex(2), which changes nothing so; gives its result and what it told.

    Raises OSError or AttributeError where there is no such call.
    """
    told = Timex()
    return ctypes.CDLL(None).adjtimex(ctypes.byref(told)), told


def is_right(state: int, status: int) -> bool:
    """Judge what adjtimex(2) said: its result and its `status`."""
    if state < 0:
        return True
    return state != _ERROR and not status & _UNSYNCHRONISED
