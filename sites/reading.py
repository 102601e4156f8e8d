"""From the texts of an inventory's files to a draft, and to every problem in them."""

from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple

from sites.check.whole import findings
from sites.document import Node, parse
from sites.draft import (
    Draft,
    Finding,
    M,
    Place,
    Placed,
    RuleFile,
    Shelf,
    understand,
)
from sites.errors import Problem
from sites.playbook import Playbook
from sites.policy import Policy
from sites.site import Site
from sites.unit import Unit


class Text(NamedTuple):
    """One file of an inventory, as it was found; `file` is what problems call it."""

    shelf: Shelf
    file: str
    data: bytes


def examine(
    texts: Sequence[Text], absent: frozenset[Shelf] = frozenset()
) -> tuple[Draft, tuple[Problem, ...]]:
    """Read and check the files; `absent` names shelves that could not be read."""
    policies = _Shelf("policy", Policy, texts)
    units = _Shelf("units", Unit, texts)
    sites = _Shelf("sites", Site, texts)
    rules = _Shelf("rules", RuleFile, texts)
    playbooks = _Shelf("playbooks", Playbook, texts)
    shelves = (policies, units, sites, rules, playbooks)
    partial: set[Shelf] = {shelf.name for shelf in shelves if shelf.partial}
    unreadable: set[Shelf] = {shelf.name for shelf in shelves if shelf.unreadable}
    draft = Draft(
        policy=policies.placed[0].thing if policies.placed else Policy(),
        policy_place=policies.placed[0].place if policies.placed else None,
        units=tuple(units.placed),
        sites=tuple(sites.placed),
        rules=tuple(
            Placed(file.place.at("rules", i), rule)
            for file in rules.placed
            for i, rule in enumerate(file.thing.rules)
        ),
        playbooks=tuple(playbooks.placed),
        declared=frozenset(name for shelf in shelves for name in shelf.declared),
        partial=absent | partial,
        unreadable=absent | unreadable,
    )
    nodes = {file: node for shelf in shelves for file, node in shelf.nodes.items()}
    found = [problem for shelf in shelves for problem in shelf.problems]
    found += [_problem(finding, nodes) for finding in findings(draft)]
    return draft, tuple(sorted(set(found)))


def _problem(finding: Finding, nodes: dict[str, Node]) -> Problem:
    def line(place: Place) -> int:
        return nodes[place.file].line_of(place.path)

    what, first = finding.what, finding.first
    if first is not None:
        what = f"{what}, first at {first.file}:{line(first)}"
    return Problem(finding.place.file, line(finding.place), what)


class _Shelf(Generic[M]):
    """All files of one sort, read: what they declare and what is wrong with them."""

    def __init__(self, name: Shelf, model: type[M], texts: Sequence[Text]) -> None:
        self.name: Shelf = name
        self.placed: list[Placed[M]] = []
        self.nodes: dict[str, Node] = {}
        self.problems: list[Problem] = []
        self.declared: set[tuple[Shelf, str]] = set()
        self.partial = False
        self.unreadable = False
        for text in texts:
            if text.shelf == name:
                self._read(text.file, text.data, model)

    def _read(self, file: str, data: bytes, model: type[M]) -> None:
        node, faults = parse(data)
        self.problems += [Problem(file, *fault) for fault in faults]
        if node is None:
            self.partial = self.unreadable = True
            return
        self.declared.update((self.name, id_) for id_ in _ids(node))
        reading = understand(node, model)
        self.problems += [Problem(file, *fault) for fault in reading.faults]
        self.partial = self.partial or bool(reading.faults)
        if reading.thing is None:
            self.unreadable = True
        else:
            self.nodes[file] = reading.node
            self.placed.append(Placed(Place(file), reading.thing, reading.lost))


def _ids(node: Node) -> Iterator[str]:
    own = node.at(("id",))
    if own is not None and isinstance(own.value, str):
        yield own.value
