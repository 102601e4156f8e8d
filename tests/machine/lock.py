"""Keep `requirements.lock` true to `pyproject.toml`, and bound to no registry.

    python -m tests.machine.lock           write it anew, changing what must change
    python -m tests.machine.lock --check   exit 1 and say what does not fit

The check asks no registry. A lock fits when every requirement of the project, its
extras and the development group is met by locked versions that carry hashes, and
when it holds nothing that none of them leads to.
"""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

LOCK = Path("requirements.lock")
PROJECT = Path("pyproject.toml")
# The tool's own header would hold its options and the paths of a machine.
HEADER = """\
# Every package of Wachtpost, for each platform and Python, by version and hash.
# Written by `make lock` from pyproject.toml, installed by `make setup`.
"""
COMPILE = ("pip", "compile", "--quiet", "--universal", "--generate-hashes")
CONTENT = ("--all-extras", "--group", "dev", "--no-header", "--no-annotate")
NEUTRAL = ("--no-emit-index-url", "--no-emit-find-links")

ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?: ; .*?)?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})(?: \\)?$")

Locked = dict[NormalizedName, list["Entry"]]


@dataclass(frozen=True)
class Entry:
    """One locked version; a package has several where platforms or Pythons differ."""

    name: NormalizedName
    version: Version
    hashes: tuple[str, ...] = ()


def read_lock(text: str) -> tuple[Locked, list[str]]:
    """Return the locked versions by name, and the lines that are none."""
    entries: list[Entry] = []
    strange: list[str] = []
    for line in text.splitlines():
        found = ENTRY.match(line)
        if found:
            name = canonicalize_name(found[1])
            entries.append(Entry(name, Version(found[2])))
        elif (digest := HASH.match(line)) and entries:
            hashes = (*entries[-1].hashes, digest[1])
            entries[-1] = replace(entries[-1], hashes=hashes)
        elif line.strip() and not line.startswith("#"):
            strange.append(line)
    locked: Locked = defaultdict(list)
    for entry in entries:
        locked[entry.name].append(entry)
    return dict(locked), strange


def declared(project: str) -> list[Requirement]:
    """Return what the project asks for, of every extra and of the dev group."""
    return [one for asked in declared_for(project).values() for one in asked]


def declared_for(project: str) -> dict[str, list[Requirement]]:
    """Return the same by extra; "" is what everybody needs, "dev" the group's."""
    table = tomllib.loads(project)
    named = {"": table["project"]["dependencies"]}
    named |= table["project"].get("optional-dependencies", {})
    named["dev"] = table.get("dependency-groups", {}).get("dev", [])
    own = canonicalize_name(table["project"]["name"])
    return {
        extra: [one for one in map(Requirement, asked) if one.name != own]
        for extra, asked in named.items()
    }


def problems(project: str, lock: str) -> Iterator[str]:
    """Yield a sentence for each thing in which the lock and the project differ."""
    locked, strange = read_lock(lock)
    requirements = declared(project)
    for line in strange:
        yield f"not a version and not a hash: {line.strip()!r}"
    for requirement in requirements:
        yield from _unmet(requirement, locked)
    for name in sorted(locked.keys() - reached(requirements)):
        yield f"nothing asks for {name!r} any more"
    for entries in locked.values():
        for entry in entries:
            if not entry.hashes:
                yield f"{entry.name} {entry.version} has no hash"


def _unmet(requirement: Requirement, locked: Locked) -> Iterator[str]:
    entries = locked.get(canonicalize_name(requirement.name), [])
    if not entries:
        yield f"{str(requirement)!r} is not locked"
    for entry in entries:
        if not requirement.specifier.contains(entry.version, prereleases=True):
            yield f"{str(requirement)!r} is locked at {entry.version}"


def reached(requirements: Sequence[Requirement]) -> set[NormalizedName]:
    """Return every package that the requirements lead to, on any platform.

    Walks the metadata of what is installed here. What is not, since it belongs to
    another platform, is taken to ask for nothing more.
    """
    waiting = [(canonicalize_name(one.name), one.extras) for one in requirements]
    seen: set[tuple[NormalizedName, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, frozenset(extras)) in seen:
            continue
        seen.add((name, frozenset(extras)))
        waiting += [
            (canonicalize_name(further.name), further.extras)
            for further in requirements_of(name)
            if _concerns(further, extras)
        ]
    return {name for name, _ in seen}


def requirements_of(name: str) -> list[Requirement]:
    """Return what an installed package asks for; nothing where it is not installed."""
    try:
        return list(map(Requirement, importlib.metadata.requires(name) or []))
    except importlib.metadata.PackageNotFoundError:
        return []


def _concerns(requirement: Requirement, extras: set[str]) -> bool:
    marker = str(requirement.marker or "")
    named = re.findall(r"extra == ['\"]([^'\"]+)['\"]", marker)
    if not named:
        return True  # for some platform, if not for this one
    wanted = set(map(canonicalize_name, extras))
    return any(canonicalize_name(one) in wanted for one in named)


def write() -> None:
    """Compile the lock anew; versions stay where the project still allows them."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), *COMPILE, *CONTENT, *NEUTRAL]
    command += [f"--output-file={LOCK}", str(PROJECT)]
    subprocess.run(command, check=True)
    LOCK.write_text(HEADER + LOCK.read_text())


def main(arguments: Sequence[str]) -> int:
    """Write the lock, or with `--check` judge it; 1 if it does not fit."""
    if list(arguments) != ["--check"]:
        write()
        return 0
    found = list(problems(PROJECT.read_text(), LOCK.read_text()))
    for problem in found:
        sys.stderr.write(f"{LOCK}: {problem}\n")
    if found:
        sys.stderr.write("hint: `make lock` writes it anew\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
