"""A YAML file as a tree that remembers its lines.

Only what an inventory needs is admitted: one document, text keys, no tags, and no
aliases, so that a file can be neither a circle nor a bomb. Scalars are read as in YAML
1.2: `no` and `18:00` are text. Nothing here recurses deeper than MAX_DEPTH.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import yaml

MAX_BYTES = 262_144
MAX_NODES = 20_000
MAX_DEPTH = 16

Path = tuple[str | int, ...]
Scalar = str | int | float | bool | None

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}


class Fault(NamedTuple):
    """What is wrong with a text, and on which line."""

    line: int
    what: str


class Entry(NamedTuple):
    """One key of a mapping: the line of the key, and its value."""

    line: int
    node: "Node"


@dataclass(frozen=True)
class Node:
    """A scalar, a list or a mapping, and the line on which it begins."""

    line: int
    value: "Scalar | list[Node] | dict[str, Entry]"

    def line_of(self, path: Path) -> int:
        """Give the line of the key or item at `path`, or of the nearest around it."""
        line, node = self.line, self
        for step in path:
            inner = node.step(step)
            if inner is None:
                break
            line, node = inner
        return line

    def at(self, path: Path) -> "Node | None":
        """Give the node at `path`, None where there is none."""
        node: Node = self
        for step in path:
            inner = node.step(step)
            if inner is None:
                return None
            node = inner.node
        return node

    def step(self, step: str | int) -> Entry | None:
        """Give what stands under one key or at one index."""
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and isinstance(step, int):
            inside = 0 <= step < len(self.value)
            return Entry(self.value[step].line, self.value[step]) if inside else None
        return None

    def without(self, path: Path) -> "Node":
        """Give the same tree without the key or item at `path`."""
        step, rest = path[0], path[1:]
        if isinstance(self.value, dict):
            kept = dict(self.value)
            entry = kept.pop(str(step), None)
            if entry is not None and rest:
                kept[str(step)] = Entry(entry.line, entry.node.without(rest))
                kept = {key: kept[key] for key in self.value}
            return Node(self.line, kept)
        if isinstance(self.value, list) and isinstance(step, int):
            items = list(self.value)
            items[step : step + 1] = [items[step].without(rest)] if rest else []
            return Node(self.line, items)
        return self

    def json(self) -> str:
        """Write the tree as JSON."""
        return json.dumps(plain(self))


def plain(node: Node) -> object:
    """Give what the tree says, without its lines."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


class _StopError(Exception):
    """The text cannot be read any further."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.fault = Fault(line, what)


def parse(data: bytes) -> tuple[Node | None, list[Fault]]:
    """Read one YAML document; None where its structure cannot be read."""
    if len(data) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES} bytes, and is not read"
        return None, [Fault(1, what)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Fault(line, f"not UTF-8: byte 0x{data[error.start]:02x}")]
    try:
        reader = _Reader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"not text: the character U+{ord(text[error.position]):04X}"
        return None, [Fault(line, what)]
    try:
        root = reader.document()
    except _StopError as stop:
        return None, [*reader.faults, stop.fault]
    except yaml.MarkedYAMLError as error:
        return None, [*reader.faults, _syntax(error, text)]
    return (None if reader.unusable else root), reader.faults


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    content = lines[line - 1] if line <= len(lines) else ""
    if "\t" in content[: len(content) - len(content.lstrip())]:
        return Fault(line, "a tab cannot indent, use spaces")
    return Fault(line, f"not YAML: {error.problem}")


class _Reader:
    """Builds the tree from the parser's events, one at a time."""

    def __init__(self, text: str) -> None:
        self.faults: list[Fault] = []
        self.unusable = False
        self._nodes = 0
        self._loader = yaml.SafeLoader(text)
        self._events = self._all_events()

    def _all_events(self) -> Iterator[yaml.Event]:
        try:
            while self._loader.check_event():
                yield self._loader.get_event()  # type: ignore[no-untyped-call]  # the stub lacks its type
        except ValueError:  # of int() or chr(), which PyYAML lets through
            what = "not YAML: a number beyond all bounds"
            raise _StopError(self._loader.line + 1, what) from None

    def document(self) -> Node:
        next(self._events)  # the stream begins
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _StopError(1, "the file is empty")
        root = self._node(next(self._events), 1)
        next(self._events)  # the document ends
        more = next(self._events)
        if isinstance(more, yaml.DocumentStartEvent):
            what = "a second document begins, a file holds one"
            self.faults.append(Fault(_line(more), what))
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _StopError(line, f"the file has more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise _StopError(line, f"nested more than {MAX_DEPTH} deep")
        if isinstance(event, yaml.AliasEvent):
            what = f"the alias '*{event.anchor}' is not admitted, write the value out"
            return self._refuse(line, what)
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self._refuse(line, f"the tag {tag[:60]!r} is not admitted")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(line, self._mapping(depth))
        if isinstance(event, yaml.ScalarEvent):
            return Node(line, self._scalar(event))
        return Node(line, self._sequence(depth))

    def _refuse(self, line: int, what: str) -> Node:
        self.faults.append(Fault(line, what))
        self.unusable = True
        return Node(line, None)

    def _sequence(self, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._key(event, depth)
            value = self._node(next(self._events), depth + 1)
            if key in entries:
                what = f"the key {key[:40]!r} stands on line {entries[key].line} too"
                self.faults.append(Fault(line, what))
            elif key:
                entries[key] = Entry(line, value)
        return entries

    def _key(self, event: yaml.Event, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent) and event.value:
            self._node(event, depth)
            return str(event.value)
        node = self._node(event, depth + 1)
        self._refuse(node.line, "a key is plain text")
        return ""

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text = str(event.value)
        if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
            self._refuse(_line(event), "half a character: a surrogate")
        return resolve(text) if event.style is None and not event.tag else text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def resolve(text: str) -> Scalar:
    """Read a plain scalar as YAML 1.2 does; what is not clearly a number is text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) and not _padded(text) else text
    return text


def _padded(text: str) -> bool:
    digits = text.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
