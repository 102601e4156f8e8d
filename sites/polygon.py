"""Polygons in fractions of a plan or a picture: are they flat, do they cross?

Points are put on a grid of a billionth, so that the answers are exact: a corner that is
typed on an edge is on it.
"""

from collections.abc import Sequence
from itertools import combinations

_GRID = 1_000_000_000
_Dot = tuple[int, int]
_Edge = tuple[_Dot, _Dot]


def is_flat(polygon: Sequence[tuple[float, float]]) -> bool:
    """Tell whether all corners are on one line, so that nothing is enclosed."""
    first, *others = _dots(polygon)
    second = next((dot for dot in others if dot != first), first)
    return all(_side(first, second, dot) == 0 for dot in others)


def crosses_itself(polygon: Sequence[tuple[float, float]]) -> bool:
    """Tell whether two edges meet anywhere but at the corner that they share."""
    dots = _dots(polygon)
    edges = list(zip(dots, [*dots[1:], dots[0]], strict=True))
    return any(_clash(edges, i, j) for i, j in combinations(range(len(edges)), 2))


def _clash(edges: list[_Edge], i: int, j: int) -> bool:
    one, other = edges[i], edges[j]
    if j - i == 1:
        return _folds_back(one[0], one[1], other[1])
    if (i, j) == (0, len(edges) - 1):
        return _folds_back(other[0], other[1], one[1])
    return _meet(one, other)


def _dots(polygon: Sequence[tuple[float, float]]) -> list[_Dot]:
    return [(round(x * _GRID), round(y * _GRID)) for x, y in polygon]


def _side(a: _Dot, b: _Dot, c: _Dot) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _folds_back(a: _Dot, corner: _Dot, b: _Dot) -> bool:
    if corner in (a, b):
        return True
    (ax, ay), (x, y), (bx, by) = a, corner, b
    ahead = (x - ax) * (bx - x) + (y - ay) * (by - y)
    return _side(a, corner, b) == 0 and ahead < 0


def _meet(one: _Edge, other: _Edge) -> bool:
    a, b = one
    c, d = other
    if _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b):
        return True
    return any(_on(one, dot) for dot in other) or any(_on(other, dot) for dot in one)


def _on(edge: _Edge, dot: _Dot) -> bool:
    return _side(*edge, dot) == 0 and all(
        min(edge[0][axis], edge[1][axis])
        <= dot[axis]
        <= max(edge[0][axis], edge[1][axis])
        for axis in (0, 1)
    )
