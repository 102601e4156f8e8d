"""Print the Debian mirror that this machine's own apt is set to read.

Runs on the machine's Python, before there is any environment: standard library
only. Reads one-line (`.list`) and deb822 (`.sources`) files alike, and takes the
first archive that has a suite of Debian itself: what a vendor adds beside it
holds no Debian, and the security archive holds no whole one.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

APT = Path("/etc/apt")
RELEASES = {"bookworm", "trixie", "stable", "oldstable", "testing", "sid"}
ONE_LINE = re.compile(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+main\b", re.MULTILINE)


def mirrors(apt: Path) -> Iterator[str]:
    """Yield each mirror of Debian itself that the folder's sources name."""
    for file in (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))):
        if file.suffix == ".list" and file.is_file():
            yield from _of_lines(file.read_text())
        elif file.suffix == ".sources" and file.is_file():
            yield from _of_stanzas(file.read_text())


def _of_lines(text: str) -> Iterator[str]:
    for address, suite in ONE_LINE.findall(text):
        if suite in RELEASES:
            yield _resolved(address)


def _of_stanzas(text: str) -> Iterator[str]:
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        wanted = (
            "deb" in fields.get("types", [])
            and fields.get("enabled") != ["no"]
            and RELEASES.intersection(fields.get("suites", []))
            and "main" in fields.get("components", [])
        )
        if wanted:
            yield from map(_resolved, fields.get("uris", []))


def _resolved(address: str) -> str:
    # Debian's cloud images name a file that lists the mirrors, best first.
    if not address.startswith("mirror+file:"):
        return address
    listed = Path(address.removeprefix("mirror+file:").replace("//", "", 1)).read_text()
    return listed.split()[0]


def _fields(stanza: str) -> dict[str, list[str]]:
    lines = [line for line in stanza.splitlines() if not line.startswith("#")]
    unfolded = re.sub(r"\n[ \t]+", " ", "\n".join(lines))
    pairs = (line.split(":", 1) for line in unfolded.splitlines() if ":" in line)
    return {name.strip().lower(): value.split() for name, value in pairs}


def main() -> int:
    """Print the first mirror; 1 and a sentence if apt names none."""
    mirror = next(mirrors(APT), None)
    if mirror is None:
        sys.stderr.write(f"no mirror of Debian in {APT}/sources.list*\n")
        return 1
    sys.stdout.write(f"{mirror}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
