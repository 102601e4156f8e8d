"""A clock that jumps while a process runs: Debian's libfaketime, where it is."""

import sys
from pathlib import Path

from tests.servers.errors import ServerMissing

# One for each architecture that Debian has.
LIBRARIES = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
LIBRARY = next(iter(sorted(LIBRARIES)), None)
HINT = "apt install libfaketime"


class SteppedClock:
    """The wall clock of the processes that get `environment`; true at first.

    What counts seconds (the monotonic clock) stays true, as on a machine whose clock
    somebody sets.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.step(0)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to have this clock."""
        if LIBRARY is None:
            raise missing_clocks()
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }

    def step(self, seconds: int) -> None:
        """Be off by so many seconds; a running process has it a second later."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self._file)


def stepped_clocks() -> bool:
    """Tell whether this machine can make a process's clock jump."""
    return LIBRARY is not None and sys.platform == "linux"


def missing_clocks() -> ServerMissing:
    """Give what to say where it cannot."""
    return ServerMissing("libfaketime", HINT)
