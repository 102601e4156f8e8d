"""Reads an inventory from its folder.

    policy.yaml          the national policy (without it, the defaults hold)
    units/*.yaml         one unit a file
    sites/*.yaml         one station or home a file
    rules.yaml           all rules, in order, under the key `rules`
    playbooks/*.yaml     one playbook a file

No other YAML file may stand in the folder, so that none is overlooked.
"""

from collections.abc import Iterator
from pathlib import Path

from sites.document import MAX_BYTES
from sites.draft import Draft, Shelf
from sites.errors import InventoryError, Problem
from sites.inventory import Inventory
from sites.reading import Text, examine

_FOLDERS: tuple[Shelf, ...] = ("units", "sites", "playbooks")
_FILES: tuple[Shelf, ...] = ("policy", "rules")
_SHELVES: tuple[Shelf, ...] = ("units", "sites", "rules", "playbooks")
_ENDINGS = frozenset({".yaml", ".yml"})


def load(folder: Path) -> Inventory:
    """Read and check an inventory; raises InventoryError with every problem."""
    if not folder.is_dir():
        raise InventoryError((Problem(str(folder), 0, "there is no such folder"),))
    paths = list(_paths(folder))
    texts: list[Text] = []
    problems = [*_strangers(folder, paths), *_lacking(folder, paths)]
    lost = set(_SHELVES) - {shelf for shelf, _ in paths}
    for shelf, path in paths:
        try:
            texts.append(Text(shelf, str(path), _bytes(path)))
        except OSError as error:
            lost.add(shelf)
            what = f"cannot be read: {error.strerror or error}"
            problems.append(Problem(str(path), 0, what))
    draft, found = examine(texts, frozenset(lost))
    if problems or found:
        raise InventoryError(tuple(sorted([*problems, *found])))
    return _inventory(draft)


def _paths(folder: Path) -> Iterator[tuple[Shelf, Path]]:
    for shelf in _FILES:
        path = folder / f"{shelf}.yaml"
        if path.exists():
            yield shelf, path
    for shelf in _FOLDERS:
        for path in sorted((folder / shelf).glob("*.yaml")):
            yield shelf, path


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise OSError("it is not a file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _strangers(folder: Path, paths: list[tuple[Shelf, Path]]) -> Iterator[Problem]:
    known = {path for _, path in paths}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _ENDINGS and path not in known:
            yield Problem(str(path), 0, "this file has no place in an inventory")


def _lacking(folder: Path, paths: list[tuple[Shelf, Path]]) -> Iterator[Problem]:
    there = {shelf for shelf, _ in paths}
    if "rules" not in there:
        yield Problem(str(folder / "rules.yaml"), 0, "there is no such file")
    for shelf in _FOLDERS:
        if shelf not in there:
            what = "there is no file *.yaml in this folder"
            yield Problem(str(folder / shelf), 0, what)


def _inventory(draft: Draft) -> Inventory:
    return Inventory(
        policy=draft.policy,
        units={one.thing.id: one.thing for one in draft.units},
        sites={one.thing.id: one.thing for one in draft.sites},
        rules={one.thing.id: one.thing for one in draft.rules},
        playbooks={one.thing.id: one.thing for one in draft.playbooks},
    )
