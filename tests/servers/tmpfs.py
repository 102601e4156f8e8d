"""Small disks that are really full: tmpfs in a mount namespace of our own.

The namespace, and all that is mounted in it, is gone when we are, however we end.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.errors import ServerMissing
from tests.servers.process import Account

BLOCK = bytes(4096)
FILLER = "filler"
HINT = "only root may mount a tmpfs (unshare -m)"


class SmallDisks:
    """Where small disks are mounted; who shall see them is started behind `prefix`."""

    def __init__(self, holder: int) -> None:
        self._holder = holder

    @property
    def prefix(self) -> tuple[str, ...]:
        """The words before a command that lives with these disks."""
        return ("nsenter", f"--mount=/proc/{self._holder}/ns/mnt", "--")

    def mount(self, folder: Path, size_kb: int, owner: Account | None = None) -> None:
        """Put an empty disk of that size at a folder that exists."""
        options = f"size={size_kb}k,mode=0700"
        if owner is not None:
            options += f",uid={owner.uid},gid={owner.gid}"
        words = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
        subprocess.run([*self.prefix, *words], check=True, cwd="/")

    def seen(self, folder: Path) -> Path:
        """Give a folder as it is for those who live with these disks."""
        return Path(f"/proc/{self._holder}/root") / folder.relative_to("/")

    def fill(self, folder: Path) -> None:
        """Leave no byte free on the disk at a folder."""
        with (self.seen(folder) / FILLER).open("ab", buffering=0) as file:
            try:
                while file.write(BLOCK) == len(BLOCK):
                    pass
            except OSError:
                return

    def relieve(self, folder: Path) -> None:
        """Give the room back that `fill` took."""
        (self.seen(folder) / FILLER).unlink(missing_ok=True)


@contextmanager
def small_disks() -> Iterator[SmallDisks]:
    """Give a place for small disks; they are gone with the block.

    Raises:
        ServerMissing: this machine lets us mount nothing; says who may.
    """
    command = _holding()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/"
    ) as holder:
        if not holder.stdout or holder.stdout.readline() != b"ready\n":
            holder.communicate()
            raise ServerMissing("a tmpfs", HINT)
        try:
            yield SmallDisks(holder.pid)
        finally:
            holder.communicate()  # its input ends, and so does it


def _holding() -> Sequence[str]:
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        raise ServerMissing("unshare", "apt install util-linux")
    script = "mount -t tmpfs none /mnt && umount /mnt && echo ready && exec cat"
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
