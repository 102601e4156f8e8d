"""What each room may need: a Pi installs the edge alone."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
OURS = {"sites", "edge", "collector", "dashboard"}
# Parts of a dependency that have a distribution of their own.
COMES_WITH = {
    "psycopg_pool": "psycopg",
    "pydantic_core": "pydantic",
    "starlette": "fastapi",
}
# FastAPI asks for the one itself; the other only names extras of our own.
IMPORTED_BY_OTHERS = {"python-multipart", "wachtpost"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TOP_LEVEL = {
    *OURS,
    "firmware-configs",
    "tests",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "LICENSE",
    "requirements.lock",
    "CHANGELOG.md",
    "SECURITY.md",
    "wachtpost.py",
}


def distributions(*extras: str) -> set[str]:
    """Give the distributions that the core and these extras name."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {name(re.split(r"[\[<>=~! ]", line)[0]) for line in lines}


def name(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


@pytest.mark.parametrize(
    ("room", "extras"),
    [
        ("sites", ()),
        ("edge", ("edge",)),
        ("collector", ("collector",)),
        ("dashboard", ("dashboard", "collector", "demo")),
    ],
)
def test_a_room_imports_only_what_its_extra_installs(room, extras) -> None:
    graph = grimp.build_graph(*OURS, include_external_packages=True, cache_dir=None)
    mine = {room} | graph.find_descendants(room)
    outside = {
        imported.split(".")[0]
        for module in mine
        for imported in graph.find_modules_directly_imported_by(module)
    } - OURS
    of_package = packages_distributions()
    allowed = distributions(*extras)
    unexplained = {
        package
        for package in {COMES_WITH.get(found, found) for found in outside}
        - set(sys.stdlib_module_names)
        if not {name(known) for known in of_package.get(package, [])} & allowed
    }
    assert unexplained == set()


@pytest.mark.parametrize(
    ("extra", "rooms"),
    [
        (None, OURS),
        ("edge", {"edge"}),
        ("collector", {"collector"}),
        # The pages come in through the collector's doors to the store.
        ("dashboard", {"dashboard", "collector"}),
        ("demo", {"dashboard"}),
    ],
)
def test_an_extra_installs_only_what_its_rooms_import(extra, rooms) -> None:
    graph = grimp.build_graph(*OURS, include_external_packages=True, cache_dir=None)
    imported = {
        found.split(".")[0]
        for room in rooms
        for module in {room} | graph.find_descendants(room)
        for found in graph.find_modules_directly_imported_by(module)
    }
    of_package = packages_distributions()
    met = {name(one) for found in imported for one in of_package.get(found, [])}
    lines = (
        PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    )
    asked = {name(re.split(r"[\[<>=~! ]", line)[0]) for line in lines}
    assert asked - met - IMPORTED_BY_OTHERS == set()


def test_each_dependency_says_why_in_one_line() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    asked = re.findall(r'^  "([^"]+)",(.*)$', text, flags=re.MULTILINE)
    named = {line for line, _ in asked if re.match(r"[a-zA-Z]", line)}
    wanted = [*PROJECT["dependencies"]]
    for lines in PROJECT["optional-dependencies"].values():
        wanted += lines
    for line in wanted:
        assert line in named
    silent = [
        line
        for line, rest in asked
        if line in wanted and "#" not in rest and not line.startswith("wachtpost[")
    ]
    assert silent == []


def test_the_top_level_holds_the_rooms_and_the_conventional_few() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    top = {path.split("/")[0] for path in listed if path}
    assert {entry for entry in top if not entry.startswith(".")} <= TOP_LEVEL
