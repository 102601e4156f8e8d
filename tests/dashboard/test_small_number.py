"""No small count can be worked out from what is shown: solved, not believed."""

from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.small_number import LEAST, Cell, to_show


def follows(cells: Sequence[Cell], shown: frozenset[Hashable], wanted: Cell) -> bool:
    """Tell whether a count is a linear combination of those shown."""
    atoms = sorted(frozenset[int]().union(*(cell.atoms for cell in cells)))

    def row(cell: Cell) -> list[float]:
        return [float(atom in cell.atoms) for atom in atoms]

    rows = [row(cell) for cell in cells if cell.name in shown]
    if not rows:
        return False
    matrix = np.array(rows).T
    solution, *_ = np.linalg.lstsq(matrix, np.array(row(wanted)))
    return bool(np.abs(matrix @ solution - row(wanted)).max() < 1e-7)


def table(counts: Sequence[Sequence[int]]) -> list[Cell]:
    """Give a table's cells, with its margins and its total first."""
    wide = len(counts[0])

    def cell(name: Hashable, places: Sequence[tuple[int, int]]) -> Cell:
        atoms = frozenset(r * wide + c for r, c in places if counts[r][c])
        return Cell(name, atoms, sum(counts[r][c] for r, c in places))

    tall = range(len(counts))
    return [
        cell("total", [(r, c) for r in tall for c in range(wide)]),
        *(cell(("row", r), [(r, c) for c in range(wide)]) for r in tall),
        *(cell(("column", c), [(r, c) for r in tall]) for c in range(wide)),
        *(cell((r, c), [(r, c)]) for r in tall for c in range(wide)),
    ]


tables = st.integers(1, 5).flatmap(
    lambda wide: st.lists(
        st.lists(st.integers(0, 12), min_size=wide, max_size=wide),
        min_size=1,
        max_size=5,
    )
)
loose = st.lists(
    st.tuples(st.frozensets(st.integers(0, 7), min_size=1), st.booleans()),
    min_size=1,
    max_size=14,
)


@given(tables)
def test_no_small_cell_follows_from_margins_totals_and_other_cells_a27(counts):
    cells = table(counts)
    shown = to_show(cells)
    for cell in cells:
        if cell.count < LEAST:
            assert cell.name not in shown
        if cell.small:
            assert not follows(cells, shown, cell)


@given(loose, st.lists(st.integers(1, 9), min_size=8, max_size=8))
def test_no_small_cell_follows_from_counts_that_overlap_in_any_way_a27(sets, sizes):
    cells = [
        Cell(number, atoms, sum(sizes[atom] for atom in atoms), shown)
        for number, (atoms, shown) in enumerate(sets)
    ]
    shown = to_show(cells)
    assert shown <= {cell.name for cell in cells if cell.shown}
    for cell in cells:
        assert not (cell.small and follows(cells, shown, cell))


@given(tables)
def test_no_more_is_kept_back_than_there_is_need_for(counts):
    cells = table(counts)
    shown = to_show(cells)
    for cell in cells:
        if cell.count >= LEAST and cell.name not in shown:
            more = shown | {cell.name}
            assert any(follows(cells, more, each) for each in cells if each.small)


def test_without_a_small_one_everything_is_shown():
    cells = table([[5, 6], [7, 8]])
    assert to_show(cells) == {cell.name for cell in cells}


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_one_small_cell_takes_a_square_of_others_with_it_and_no_margin(small: int):
    cells = table([[small, 9, 9], [9, 9, 9], [9, 9, 9]])
    hidden = {cell.name for cell in cells} - to_show(cells)
    assert hidden == {(0, 0), (0, 2), (2, 0), (2, 2)}


def test_the_last_part_of_a_total_is_kept_back_with_the_small_one():
    cells = [Cell("total", frozenset({0, 1}), 11), Cell("big", frozenset({0}), 9),
             Cell("small", frozenset({1}), 2)]  # fmt: skip
    assert to_show(cells) == {"total"}
    assert to_show(cells[1:]) == {"big"}


def test_what_is_never_shown_is_guarded_all_the_same():
    cells = [Cell("all", frozenset({0, 1}), 40), Cell("soon", frozenset({0}), 38),
             Cell("late", frozenset({1}), 2, shown=False)]  # fmt: skip
    assert to_show(cells) == {"all"}


def test_what_there_is_not_gives_nobody_away_and_is_no_number_either():
    cells = [Cell("all", frozenset({0}), 9), Cell("soon", frozenset({0}), 9),
             Cell("late", frozenset(), 0)]  # fmt: skip
    assert to_show(cells) == {"all", "soon"}
