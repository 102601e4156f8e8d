"""Find package registries that a tracked file binds every reader to.

Where packages come from is the machine's choice: its own configuration of apt,
pip, uv and npm says so. A registry's host in a lock file or script takes that
choice away, and stops working behind another mirror.

    python -m tests.machine.hosts   exit 1 and name file, line and host
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REGISTRY = re.compile(
    rb"""
      \b(?:[\w-]+\.)*(?:
          pypi\.org | pythonhosted\.org         # Python
        | npmjs\.(?:org|com) | yarnpkg\.com     # npm
        | nodejs\.org | nodesource\.com         # Node itself
        | (?:deb|security|ftp|snapshot)\.debian\.org
        | pkg\.dev | jfrog\.io                  # mirrors for hire
      )\b
    | (?:index-url|index_url|find-links|trusted-host|\bregistry)\W{0,4}https?://\S+
    """,
    re.VERBOSE | re.IGNORECASE,
)


def registries(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each registry that a file's content names."""
    for number, line in enumerate(content.splitlines(), start=1):
        for found in REGISTRY.finditer(line):
            yield number, found[0].decode(errors="replace")


def tracked() -> list[Path]:
    """Return the files that git keeps, and those about to be added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout
    paths = (Path(name.decode()) for name in listed.split(b"\0") if name)
    return sorted(path for path in set(paths) if path.is_file())


def main() -> int:
    """Name each registry in a tracked file; 1 if there is one."""
    found = 0
    for path in tracked():
        for number, host in registries(path.read_bytes()):
            sys.stderr.write(f"{path}: {number}: names a package registry: {host}\n")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
