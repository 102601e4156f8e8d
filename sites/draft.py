"""An inventory that was read and not yet checked: each thing with its place.

A file in which something is wrong is not thrown away whole: the part that is wrong is
left out, so that the rest can be checked in the same run.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from sites.complaint import causes, complaints
from sites.document import MAX_DEPTH, Fault, Node, Path
from sites.playbook import Playbook
from sites.policy import Policy
from sites.rule import Rule
from sites.site import Site
from sites.unit import Unit
from sites.words import Model

Shelf = Literal["policy", "units", "sites", "rules", "playbooks"]
M = TypeVar("M", bound=Model)


class RuleFile(Model):
    """What stands in rules.yaml."""

    rules: tuple[Rule, ...] = Field(min_length=1)


class Place(NamedTuple):
    """A key or an item in a file."""

    file: str
    path: Path = ()

    def at(self, *steps: str | int) -> "Place":
        """Give the place of something inside."""
        return Place(self.file, (*self.path, *steps))


class Finding(NamedTuple):
    """What is wrong at a place; `first` is where the same thing stood before."""

    place: Place
    what: str
    first: Place | None = None


@dataclass(frozen=True)
class Placed(Generic[M]):
    """One declared thing; `lost` names the fields that were not wholly read."""

    place: Place
    thing: M
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Draft:
    """All that was read. `partial` names the shelves from which something is missing.

    `declared` holds the ids that stand in the files, also where the rest was wrong.
    """

    policy: Policy = field(default_factory=Policy)
    policy_place: Place | None = None
    units: tuple[Placed[Unit], ...] = ()
    sites: tuple[Placed[Site], ...] = ()
    rules: tuple[Placed[Rule], ...] = ()
    playbooks: tuple[Placed[Playbook], ...] = ()
    declared: frozenset[tuple[Shelf, str]] = frozenset()
    partial: frozenset[Shelf] = frozenset()
    unreadable: frozenset[Shelf] = frozenset()

    def lacks(self, shelf: Shelf, id_: str) -> bool:
        """Tell whether nothing of this id is declared, as far as can be known."""
        return (shelf, id_) not in self.declared and shelf not in self.unreadable


@dataclass(frozen=True)
class Reading(Generic[M]):
    """What could be made of one file; `node` fits `thing`."""

    thing: M | None
    node: Node
    faults: tuple[Fault, ...]
    lost: frozenset[str]


def understand(node: Node, model: type[M]) -> Reading[M]:
    """Read a tree as a model: every fault, and what is left without the faulty parts.

    Strict: `"5"` is no number and `yes` no truth value.
    """
    faults: tuple[Fault, ...] = ()
    lost: set[str] = set()
    for _ in range(MAX_DEPTH):
        try:
            thing = model.model_validate_json(node.json(), strict=True)
        except ValidationError as error:
            if not faults:
                faults = tuple(
                    Fault(node.line_of(place), what)
                    for place, what in complaints(error)
                )
            parts = {_part(node, one["type"], one["loc"]) for one in causes(error)}
            if () in parts:
                break
            lost |= {str(path[0]) for path in parts}
            node = _without(node, parts)
        else:
            return Reading(thing, node, faults, frozenset(lost))
    return Reading(None, node, faults, frozenset(lost))


def _part(node: Node, kind: str, loc: Path) -> Path:
    """Find what to leave out: the smallest field or group of fields around a fault."""
    path = loc[:-1] if kind == "missing" else loc
    while path:
        inner = node.at(path)
        whole = isinstance(path[-1], str) or (
            inner is not None and isinstance(inner.value, dict)
        )
        if inner is not None and whole:
            break
        path = path[:-1]
    return path


def _without(node: Node, parts: Iterable[Path]) -> Node:
    """Leave parts out, the last first, so that the numbers of items still hold."""
    for path in sorted(parts, key=_order, reverse=True):
        if node.at(path) is not None:
            node = node.without(path)
    return node


def _order(path: Path) -> tuple[str, ...]:
    return tuple(f"{s:09d}" if isinstance(s, int) else s for s in path)
