"""How sharp a picture is, at the finest that the camera gives. Pure.

A lens out of focus takes fine edges away and leaves coarse ones; the strength of the
one over that of the other is not touched by light. Noise has fine edges of its own: it
is taken out by multiplying two looks, in which it has nothing in common.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.likeness import GRID, SMALLEST, Blocks, Plane, blocks, logarithm
from edge.sight.picture import Pixels

WIDEST = 960  # px; more is halved first
EVERY = 8  # px; each eighth row (for edges down: column) is enough
FAR = 4  # px; edges over so many are left when the lens is out of focus
CLEAR = 1.0  # steps of the logarithm; a block with weaker far edges tells nothing
FEWEST = 4  # blocks
WASHED = 0.2  # of the power of far edges
MOSTLY = 0.5  # of the time a block must have had edges


_Bend: TypeAlias = Callable[[Plane, int], Plane]


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Of each block: fine edges without noise, and with it, and coarse edges.

    `clear` is 1 where blocks have edges.
    """

    still: Blocks
    single: Blocks
    far: Blocks
    clear: Blocks

    def towards(self, other: "Sharpness", share: float) -> "Sharpness":
        """Move by a share towards another."""
        part = np.float32(share)
        return Sharpness(
            self.still + (other.still - self.still) * part,
            self.single + (other.single - self.single) * part,
            self.far + (other.far - self.far) * part,
            self.clear + (other.clear - self.clear) * part,
        )

    @classmethod
    def of(cls, parts: tuple[tuple[float, ...], ...]) -> "Sharpness":
        """Make it of the numbers that were kept."""
        still, single, far, clear = (
            np.array(part, np.float32).reshape(GRID[::-1]) for part in parts
        )
        return cls(still, single, far, clear)

    def plain(self) -> tuple[tuple[float, ...], ...]:
        """Give the numbers as they are kept over a restart."""
        parts = (self.still, self.single, self.far, self.clear)
        return tuple(
            tuple(round(float(value), 3) for value in part.ravel()) for part in parts
        )


def sharpness(one: Pixels, before: Pixels, whole: NDArray[np.bool_]) -> Sharpness:
    """Measure one look, with the one before it to know its noise by.

    `whole` says which blocks no mask touches: a mask has sharp edges.
    """
    across = _powers(one[::EVERY], before[::EVERY], _bend_across)
    down = _powers(one[:, ::EVERY], before[:, ::EVERY], _bend_down)
    still, single, far = (
        _plane(part + more) for part, more in zip(across, down, strict=True)
    )
    clear = (far >= CLEAR**2) & whole
    return Sharpness(still, single, far, clear.astype(np.float32))


def focus(now: Sharpness, known: Sharpness) -> float | None:
    """Return how sharp a look is, 1 as ever; None where nothing tells.

    The edges of a camera that shakes are in each look, if elsewhere: what one look has
    above noise counts, too.
    """
    count = known.clear >= MOSTLY
    if count.sum() < FEWEST:
        return None
    # Where even far edges are washed away their own ratio tells nothing.
    far_known = np.maximum(known.far[count], CLEAR**2)
    far_now = np.maximum(now.far[count], WASHED * far_known)
    usual = np.maximum(known.still[count], SMALLEST) / far_known
    noise = (now.single - now.still)[~count]
    if not noise.size:
        noise = (known.single - known.still)[count]
    one = now.single[count] - float(np.median(noise))
    fine = np.maximum(np.maximum(now.still[count], one), 0) / far_now
    return float(np.median(np.sqrt(fine / usual)))


def _powers(one: Pixels, before: Pixels, bend: _Bend) -> tuple[Blocks, Blocks, Blocks]:
    """Return the power of fine edges that two looks share, of one's, and of far ones.

    One way after the other: so little memory is reused, and not given back each time.
    """
    mine = logarithm(np.ascontiguousarray(one))
    theirs = logarithm(np.ascontiguousarray(before))
    fine, far = bend(mine, 1), bend(mine, FAR)
    return (
        blocks(_plane(cv2.multiply(fine, bend(theirs, 1)))),
        blocks(_plane(cv2.multiply(fine, fine))),
        blocks(_plane(cv2.multiply(far, bend(theirs, FAR)))),
    )


def _bend_across(rows: Plane, lag: int) -> Plane:
    """Return the second difference along the rows: a slope of light has none."""
    sides = cv2.addWeighted(rows[:, 2 * lag :], 0.5, rows[:, : -2 * lag], 0.5, 0)
    return _plane(cv2.subtract(rows[:, lag:-lag], sides))


def _bend_down(columns: Plane, lag: int) -> Plane:
    """Return the same along the columns."""
    sides = cv2.addWeighted(columns[2 * lag :], 0.5, columns[: -2 * lag], 0.5, 0)
    return _plane(cv2.subtract(columns[lag:-lag], sides))


def _plane(image: NDArray[np.generic]) -> Plane:
    """Narrow what OpenCV's stub calls any array."""
    return image.astype(np.float32, copy=False)
