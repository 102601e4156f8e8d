"""Polygons in fractions of a plan or a picture: are they flat, do they cross?"""

from collections.abc import Iterator, Sequence
from itertools import combinations

Point = tuple[float, float]
_Edge = tuple[Point, Point]


def is_flat(polygon: Sequence[Point]) -> bool:
    """Tell whether all corners are on one line, so that nothing is enclosed."""
    return all(_side(a, b, c) == 0 for a, b, c in combinations(polygon, 3))


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Tell whether two edges meet anywhere but at the corner that they share."""
    edges = list(_edges(polygon))
    last = len(edges) - 1
    for (i, one), (j, other) in combinations(enumerate(edges), 2):
        if j - i == 1:
            touches = _folds_back(one[0], one[1], other[1])
        elif (i, j) == (0, last):
            touches = _folds_back(other[0], other[1], one[1])
        else:
            touches = _meet(one, other)
        if touches:
            return True
    return False


def _edges(polygon: Sequence[Point]) -> Iterator[_Edge]:
    yield from zip(polygon, [*polygon[1:], polygon[0]], strict=True)


def _side(a: Point, b: Point, c: Point) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _folds_back(a: Point, corner: Point, b: Point) -> bool:
    if corner in (a, b):
        return True
    ahead = (corner[0] - a[0]) * (b[0] - corner[0]) + (corner[1] - a[1]) * (
        b[1] - corner[1]
    )
    return _side(a, corner, b) == 0 and ahead < 0


def _meet(one: _Edge, other: _Edge) -> bool:
    a, b = one
    c, d = other
    if _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b):
        return True
    return any(
        _side(*edge, point) == 0 and _within(edge, point)
        for edge, point in ((one, c), (one, d), (other, a), (other, b))
    )


def _within(edge: _Edge, point: Point) -> bool:
    (x1, y1), (x2, y2) = edge
    x, y = point
    return min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2)
