"""A scene as a few numbers, by which it is known again after a restart. Pure."""

import numpy as np

from edge.sight.likeness import SMALLEST, Plane, View, correlation
from edge.sight.memory import CELLS, DIRECTIONS, Kept

STRONG = 4.0  # times the mean strength of edges; more counts no more
KNOWN_AGAIN = 0.6  # correlation; on real scenes a minute later 0.7 to 0.99, turned by 5
# degrees 0.2 to 0.8, under a cloth -0.3 to 0.1


def edges_of(view: View) -> Plane:
    """Describe a view: strength of edges, by cell and direction, mean 0."""
    across, down = view.edges
    strength = np.hypot(across, down)
    strength = np.minimum(strength, STRONG * float(strength.mean()) + SMALLEST)
    turn = np.mod(np.arctan2(down, across), np.pi) / np.pi * DIRECTIONS
    turn = np.minimum(turn.astype(np.int64), DIRECTIONS - 1)
    high, wide = strength.shape
    rows = np.arange(high) * CELLS[1] // high
    columns = np.arange(wide) * CELLS[0] // wide
    cell = (rows[:, None] * CELLS[0] + columns[None, :]) * DIRECTIONS + turn
    size = CELLS[0] * CELLS[1] * DIRECTIONS
    sums = np.bincount(cell.ravel(), strength.ravel(), size)
    return (sums / max(float(sums.mean()), SMALLEST) - 1).astype(np.float32)


def is_known_again(view: View, kept: Kept) -> bool:
    """Say whether a view shows the scene that was kept."""
    known = np.array(kept.edges, np.float32)
    return correlation(edges_of(view), known) >= KNOWN_AGAIN
