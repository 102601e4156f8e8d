"""A light on a part of the scene: a lamp that stays there, or a headlight that goes.

Pure: moments are an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Moment, Pixels
from sites.sight import LightChange

CELLS = (32, 18)  # across and down, in which the light is measured
DARKEST = 8.0  # levels added to both sides of a ratio; black has no factor
LIT = 0.14  # log; a cell that is so much lighter or darker is lit, or in shade
LIT_LEVELS = 8.0  # and by so many levels
PART = 0.06  # of the cells: a part of the scene that is lit
WANDERS = 0.12  # of the width; a light that moves so far is a headlight's
STAYS_S = 2.5  # a light that stays so long at its place is a lamp
GONE_S = 0.4  # a light that is not seen for so long is out
FLASH_S = 0.35  # what is shorter is a flash, or a broken picture
AGAIN_S = 20.0  # a headlight is told once in so long
USUAL_S = 20.0  # over which the cells' usual light is learned

Cells: TypeAlias = NDArray[np.float32]
Free: TypeAlias = NDArray[np.bool_]  # where no thing is


@dataclass(frozen=True, slots=True)
class Lit:
    """The part that is lighter, or darker, than usual; `across` is its middle."""

    across: float
    lighter: bool


@dataclass(slots=True)
class _Patch:
    since: Moment
    first: Lit
    seen_at: float
    wandered: float = 0.0


class Glow:
    """Watches the parts of a scene for light; `usual` is that of each cell."""

    def __init__(self, cells: Cells) -> None:
        self.usual = cells.copy()
        self._patch: _Patch | None = None
        self._headlight_at = float("-inf")

    @property
    def has_patch(self) -> bool:
        """Say whether a part is lit, or was a moment ago."""
        return self._patch is not None

    def take(self, cells: Cells, free: Free) -> None:
        """Take the light as it is for the usual one."""
        self.usual[free] = cells[free]
        self._patch = None

    def learn(self, cells: Cells, free: Free, step: float) -> None:
        """Follow the light for a step of seconds."""
        self.usual += (cells - self.usual) * free * np.float32(step / USUAL_S)

    def lit(self, cells: Cells, free: Callable[[], Free]) -> Lit | None:
        """Return the part that is lit, if one is."""
        far = cv2.absdiff(cells, self.usual) > LIT_LEVELS
        if np.count_nonzero(far) < PART * far.size:  # as nearly always
            return None
        far &= free()
        if np.count_nonzero(far) < PART * far.size:
            return None
        change = cells - self.usual
        far &= np.abs(np.log((cells + DARKEST) / (self.usual + DARKEST))) > LIT
        lighter, darker = far & (change > 0), far & (change < 0)
        kind = lighter if lighter.sum() >= darker.sum() else darker
        if kind.mean() < PART:
            return None
        return Lit(float(np.nonzero(kind)[1].mean() / CELLS[0]), kind is lighter)

    def look(
        self, lit: Lit | None, cells: Cells, free: Callable[[], Free], moment: Moment
    ) -> tuple[Moment, LightChange] | None:
        """Name a light on a part of the scene: one that stays, or one that goes."""
        patch, seconds = self._patch, moment.seconds
        if patch is None:
            self._patch = _Patch(moment, lit, seconds) if lit else None
            return None
        if lit:
            patch.seen_at = seconds
            patch.wandered = max(patch.wandered, abs(lit.across - patch.first.across))
        lasted, wanders = seconds - patch.since.seconds, patch.wandered >= WANDERS
        if seconds - patch.seen_at >= GONE_S:
            self._patch = None
            return self._headlight(patch, lasted, seconds)
        if wanders:
            return self._headlight(patch, lasted, seconds)
        if lasted < STAYS_S:
            return None
        self.take(cells, free())
        return patch.since, "lamp"

    def _headlight(
        self, patch: _Patch, lasted: float, seconds: float
    ) -> tuple[Moment, LightChange] | None:
        if not patch.first.lighter or lasted < FLASH_S:
            return None
        if seconds - self._headlight_at < AGAIN_S:
            return None
        self._headlight_at = seconds
        return patch.since, "headlight"


def cells_of(level: Pixels) -> Cells:
    """Return the mean brightness of each cell."""
    cells = cv2.resize(level, CELLS, interpolation=cv2.INTER_AREA)
    return cells.astype(np.float32)
