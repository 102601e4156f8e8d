"""Polygons in fractions of a plan or a picture: flat, crossing, hidden by others?

Points are put on a grid of a billionth, so that the answers are exact: a corner that is
typed on an edge is on it.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

_GRID = 1_000_000_000
_Dot = tuple[int, int]
_Edge = tuple[_Dot, _Dot]
_Span = tuple[float, float]
_NEAR = 100  # of the grid: a ten millionth of a picture is no gap


def is_flat(polygon: Sequence[tuple[float, float]]) -> bool:
    """Tell whether all corners are on one line, so that nothing is enclosed."""
    first, *others = _dots(polygon)
    second = next((dot for dot in others if dot != first), first)
    return all(_side(first, second, dot) == 0 for dot in others)


def crosses_itself(polygon: Sequence[tuple[float, float]]) -> bool:
    """Tell whether two edges meet anywhere but at the corner that they share."""
    dots = _dots(polygon)
    edges = _edges(dots)
    return any(_clash(edges, i, j) for i, j in combinations(range(len(edges)), 2))


def is_hidden(
    polygon: Sequence[tuple[float, float]],
    masks: Sequence[Sequence[tuple[float, float]]],
) -> bool:
    """Tell whether masks together hide all of a polygon.

    Between two neighbouring heights at which a corner or a crossing stands, every edge
    goes its way undisturbed, so that one line half-way tells for all of them.
    What encloses nothing is not hidden by anything.
    """
    if is_flat(polygon):
        return False
    wanted = _edges(_dots(polygon))
    hiding = [_edges(_dots(mask)) for mask in masks]
    heights = _heights([*wanted, *(edge for mask in hiding for edge in mask)])
    return all(
        _holds(
            [span for mask in hiding for span in _spans(mask, (low + high) / 2)], span
        )
        for low, high in pairwise(heights)
        for span in _spans(wanted, (low + high) / 2)
    )


def _edges(dots: Sequence[_Dot]) -> list[_Edge]:
    return list(zip(dots, [*dots[1:], dots[0]], strict=True))


def _heights(edges: Sequence[_Edge]) -> list[float]:
    found: set[float] = {float(dot[1]) for edge in edges for dot in edge}
    for one, other in combinations(edges, 2):
        height = _crossing(one, other)
        if height is not None:
            found.add(height)
    return sorted(found)


def _crossing(one: _Edge, other: _Edge) -> float | None:
    """Give the height at which two edges, or their ends, meet; None where nowhere."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0 or not _meet(one, other):
        return None
    return ay + (by - ay) * ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn


def _spans(edges: Sequence[_Edge], height: float) -> list[_Span]:
    """Give from where to where a polygon lies on a level line."""
    at = sorted(
        ax + (bx - ax) * (height - ay) / (by - ay)
        for (ax, ay), (bx, by) in edges
        if min(ay, by) <= height < max(ay, by)
    )
    return list(zip(at[::2], at[1::2], strict=True))


def _holds(spans: Sequence[_Span], wanted: _Span) -> bool:
    reached, end = wanted
    for begin, until in sorted(spans):
        if begin > reached + _NEAR:
            break
        reached = max(reached, until)
    return reached >= end - _NEAR


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
