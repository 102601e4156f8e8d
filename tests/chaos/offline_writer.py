"""A device without any connection, on a clock of its own: writes, and dies as told.

    python -m tests.chaos.offline_writer FOLDER LIFE MINUTE PLAIN_UNTIL_CUT

Says `alarm AT` when an alarm is written and `synced MINUTE AT...` when plain records
are on the medium: from then on they may not be lost. After so many plain records the
power is cut: what is not on the medium goes, wholly or from any byte on; 0: never.
"""

import os
import random
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from edge.disk import Disk, sync_files
from edge.outbox import Outbox
from sites.event import ContactOpened, MeasurementTaken, PanicPressed
from tests.collector.world import NOW

HOURS = 72
BEGAN = NOW - timedelta(hours=HOURS)
ALARM_EVERY = 97  # minutes


class MediumDisk(Disk):
    """Knows how much of each file is on the medium, and can lose the rest.

    It remembers that over the lives of the device: after kill -9 no more is there than
    before. A file that it never synced was there, or was put there whole, at the start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes = folder.with_name("medium.json")
        noted = self._notes.read_bytes() if self._notes.exists() else b"{}"
        self._synced = msgspec.json.decode(noted, type=dict[int, int])

    def sync(self, fd: int) -> None:
        super().sync(fd)
        status = os.fstat(fd)
        self._synced[status.st_ino] = status.st_size
        draft = self._notes.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(self._synced))
        draft.replace(self._notes)

    def begin(self) -> None:
        """Take what is there for what is on the medium, where nothing is known."""
        for path in self._folder.glob("*.seg"):
            status = path.stat()
            self._synced.setdefault(status.st_ino, status.st_size)

    def cut(self, chance: random.Random) -> None:
        """Lose some of what was not synced; what is torn may end in anything."""
        for path in sorted(self._folder.glob("*.seg")):
            status = path.stat()
            kept = min(self._synced.get(status.st_ino, 0), status.st_size)
            if kept == status.st_size:
                continue
            length = chance.randint(kept, status.st_size)
            os.truncate(path, length)
            with path.open("ab") as file:
                file.write(chance.choice([b"", bytes(512), chance.randbytes(40)]))


def main(folder: Path, life: int, minute: int, until_cut: int) -> None:
    """Write from a minute to the end of the 72 hours, or to the end of the power."""
    disk, chance = MediumDisk(folder), random.Random(life)  # noqa: S311  # repeatable
    left = until_cut or -1
    with Outbox(folder, moment(minute, life), disk=disk) as box:
        disk.begin()
        for now in range(minute, HOURS * 60):
            fresh = []
            for second in range(4):
                at = moment(now, life, second)
                box.append(plain(at, second))
                fresh.append(at.isoformat())
                left -= 1
                if not left:
                    disk.cut(chance)
                    os.kill(os.getpid(), signal.SIGKILL)
            if now % ALARM_EVERY == 0:
                at = moment(now, life, 30)
                box.append(PanicPressed(at=at, sensor=4, silent=False))
                say("alarm", at.isoformat())
            sync_files(box.unsynced(), disk)
            say("synced", str(now), *fresh)


def moment(minute: int, life: int, second: int = 59) -> datetime:
    """Give a time that no other record has."""
    return BEGAN + timedelta(minutes=minute, seconds=second, microseconds=life)


def plain(at: datetime, number: int) -> ContactOpened | MeasurementTaken:
    if number % 2:
        return ContactOpened(at=at, sensor=1, zone=1)
    return MeasurementTaken(at=at, sensor=7, quantity="temperature", value=20.5)


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
