"""Which counts may be shown so that no small one can be worked out from them.

Each count is the size of a set of atoms: the finest groups that nobody subdivides. What
follows from the counts that are shown are their linear combinations, and no others: so
a count can be worked out if, and only if, its set is one of theirs. That holds for
margins, totals, other tables and longer periods alike; nothing has to be told of how
they hang together. Who is guarded against is assumed to know which atoms are empty.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

LEAST = 5  # the smallest count that is shown
_PRIME = 2**61 - 1  # arithmetic modulo it is exact for what sums and differences give

Row = dict[int, int]


@dataclass(frozen=True)
class Cell:
    """A count over some atoms; one that is not to be `shown` is guarded all the same.

    `count` is what small means here: of incidents, or of places behind a sum of hours.
    """

    name: Hashable
    atoms: frozenset[int]
    count: int
    shown: bool = True

    @property
    def small(self) -> bool:
        """Whether nobody may come to know it; nothing at all gives nobody away."""
        return 0 < self.count < LEAST


def to_show(cells: Sequence[Cell]) -> frozenset[Hashable]:
    """Give the names of the cells that are shown, the first of them by preference.

    A cell goes where it is under LEAST, or where with the cells shown before it a
    small one could be worked out. What an earlier cell came to is the same whatever
    comes behind, as long as that has atoms of its own or is a sum of these.
    """
    span = _Span({cell.atoms for cell in cells if cell.small})
    return frozenset(
        cell.name
        for cell in cells
        if cell.shown and cell.count >= LEAST and span.take(cell.atoms)
    )


class _Span:
    """What follows from the counts that were shown, and what is left of the guarded."""

    def __init__(self, guarded: Iterable[frozenset[int]]) -> None:
        self._rows: list[tuple[int, Row]] = []
        self._left: list[Row] = [dict.fromkeys(atoms, 1) for atoms in guarded]

    def take(self, atoms: frozenset[int]) -> bool:
        """Show one more, unless that gives a guarded one away."""
        row: Row = dict.fromkeys(atoms, 1)
        for pivot, other in self._rows:
            row = _without(row, pivot, other)
        if not row:
            return True
        pivot = min(row)
        inverse = pow(row[pivot], -1, _PRIME)
        row = {atom: value * inverse % _PRIME for atom, value in row.items()}
        left = [_without(each, pivot, row) for each in self._left]
        if not all(left):
            return False
        self._rows.append((pivot, row))
        self._left = left
        return True


def _without(row: Row, pivot: int, other: Row) -> Row:
    """Take as much of another row, which is 1 there, that nothing is at the pivot."""
    times = row.get(pivot)
    if times is None:
        return row
    less = dict(row)
    for atom, value in other.items():
        rest = (less.get(atom, 0) - times * value) % _PRIME
        if rest:
            less[atom] = rest
        else:
            less.pop(atom, None)
    return less
