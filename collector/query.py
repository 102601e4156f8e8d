"""Queries: one file each, loaded as bytes, so that no string can be pasted in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from collector.errors import QueryFileError

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True)
class Query(Generic[T]):
    """One statement with its `%(name)s` parameters, and what a row of it becomes."""

    name: str
    text: bytes
    make: Callable[..., T]


class Queries:
    """The queries of one folder, read and checked at once.

    `queries["open"]` gives rows as dicts; `queries.of("open", Incident)` gives them
    as `Incident(**row)`, for any dataclass or struct with the columns as its fields; a
    NamedTuple is cheaper, and takes the columns in their order.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts = {path.stem: _read(path) for path in sorted(folder.glob("*.sql"))}

    def __getitem__(self, name: str) -> Query[Row]:
        return self.of(name, dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def of(self, name: str, make: Callable[..., T]) -> Query[T]:
        """Give the query whose rows become `make(**row)`.

        Raises:
            QueryFileError: the folder has no such file.
        """
        text = self._texts.get(name)
        if text is None:
            raise QueryFileError(self._folder / f"{name}.sql", "there is no such file")
        return Query(name, text, make)


def _read(path: Path) -> bytes:
    text = path.read_bytes().strip()
    first, _, rest = text.partition(b"\n")
    if not first.startswith(b"-- ") or not first.endswith(b"."):
        raise QueryFileError(path, "the first line is no sentence behind `-- `")
    if not rest.strip():
        raise QueryFileError(path, "there is no query in it")
    return text
