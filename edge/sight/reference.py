"""The scene of one camera as it is known, and what it takes to find it again. Pure."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.likeness import (
    SMALLEST,
    TEXTURE,
    Blocks,
    Plane,
    View,
    blocks,
    correlation,
    field_of,
    warp,
)

FEWEST_BLOCKS = 6  # of 48 with edges; before a bare wall one visitor has as many
LIKE = 0.35  # correlation of a block's edges; below, the block is lost
SAME = 0.6  # of them; what is less alike is not learned
ALIEN = 4.0  # times the power of a block's edges, or less than a part; not learned
FAINTEST = 0.1  # of a block's power; below, what is left of its edges is little
TRUSTED = 0.5  # of the time a block was like the reference
TRUST_S = (2.0, 60.0)  # over which trust is gained and lost; at first, and later
SUDDEN = 0.6  # of the blocks; if so many are lost, it is no visitor who came or went
SMOOTH = 3.0  # steps of the logarithm; a coarse picture with less tells nothing
MOST_SHIFT = 0.2  # of the width; a camera that is turned further shows another scene
ROLLS = (0.0, 2.5, -2.5, 5.0, -5.0, 7.5, -7.5, 10.0, -10.0, 180.0)  # degrees
ZOOMED = 1.1  # a film that was rolled afterwards has lost its border
MOST_ROLL = 5.0  # degrees at which that is tried, too
LIKELY = 3  # rolls that are tried at the full size
ROLLED = 2.5  # degrees; less is no turn
BEST_TURN = 0.33  # correlation of the edges after the turn; by chance up to 0.3
SURE_TURN = (0.5, 0.2)  # correlation, and more than without a turn: beyond doubt
PEAK = 4.5  # standard deviations above other places; by chance up to 3.6
BETTER_BY = 0.1  # than without a turn
AT_ONCE = 0.75  # correlation of edges; no shift need be tried
LEAST_SHIFT = 0.25  # px; less makes no difference
SHIFTED = 0.03  # of the width: 5 degrees of a lens that sees 110 are 4.5 %
MEMORY_S = 900.0  # shadows wander in hours; nobody covers a lens that slowly
OLD_S = 60.0  # a younger reference may hold people who were about as it began
PARKED_S = (15.0, 300.0)  # what stands before the scene so long belongs to it: while
# the reference is young, and later; a slow cover is told before


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like its reference a picture is; each number is 1 for the same picture.

    Attributes:
        lost: share of the trusted blocks whose edges are gone; 0 if alike.
        contrast: how strong the reference's own edges still are (median of blocks).
        edges: correlation of all edges.
        coarse: correlation of the coarse pictures; None if the reference's is flat.
        depth: how strong the coarse picture still is.
        gone: blocks whose edges are gone.
        same: blocks that may be learned.
        changed: share of the blocks with edges, now or then, that are not alike.
    """

    lost: float
    contrast: float
    edges: float
    coarse: float | None
    depth: float
    gone: NDArray[np.bool_]
    same: NDArray[np.bool_]
    changed: float


class Reference:
    """A scene as it is known in one kind of light, learned slowly.

    A block is trusted when its edges stay: those of a crowd do not.
    """

    def __init__(self, view: View) -> None:
        self.seen = view.seen
        self.across, self.down = (plane.copy() for plane in view.edges)
        self.coarse = view.coarse.copy()
        self.energy = view.energy
        self.trust = np.ones_like(self.energy)
        self.away = np.zeros_like(self.energy)
        self.age = 0.0

    @property
    def trusted(self) -> NDArray[np.bool_]:
        """Blocks that have edges by which the scene can be known."""
        return (self.energy >= TEXTURE**2) & (self.trust >= TRUSTED)

    @property
    def is_known(self) -> bool:
        """Say whether the scene has edges enough to be known by."""
        return int(self.trusted.sum()) >= FEWEST_BLOCKS

    @property
    def has_depth(self) -> bool:
        """Say whether the coarse picture shows something."""
        return float(self.coarse.std()) >= SMOOTH

    def learn(
        self, view: View, likeness: Likeness, steady: NDArray[np.bool_], step: float
    ) -> None:
        """Move towards what is seen now; `step` seconds have gone by.

        1. What is like the scene is learned, fast at first.
        2. What came before the scene, or went, is not, until it stayed for long.
        3. Where edges come and go they are a crowd's, and no longer trusted. Many that
           went all at once, and others stay in their place, are nobody's.
        """
        self.age += step
        alike, same = ~likeness.gone, likeness.same
        if likeness.lost < SUDDEN or steady[likeness.gone].mean() < 1 - SUDDEN:
            share = step / min(max(self.age, TRUST_S[0]), TRUST_S[1])
            self.trust += (alike - self.trust) * np.float32(min(1.0, share))
            share = step / max(min(self.age, OLD_S), step)
            self.coarse += (view.coarse - self.coarse) * np.float32(share)
        here = np.where(self.energy < TEXTURE**2, same, alike)
        self.away = np.where(here, 0, self.away + step).astype(np.float32)
        patience = PARKED_S[0] if self.age < OLD_S else PARKED_S[1]
        moved_in = self.away >= patience
        rate = np.where(same, step / max(min(self.age, MEMORY_S), step), 0.0)
        rate[moved_in] = 1.0
        self.away[moved_in] = 0.0
        self._move(view, rate.astype(np.float32))

    def see(self, view: View, power: Blocks) -> tuple[View, Likeness]:
        """Say how like the scene a picture is; `power` is that of its steady edges.

        A camera that gave way by a few pixels in wind or sun is not another: if the
        picture is more like the scene when it is moved a little, so it is judged.
        """
        likeness = self._compare(view, power)
        if likeness.edges >= AT_ONCE or not self.is_known:
            return view, likeness
        known = field_of(self.across, self.down)
        size = (known.shape[1], known.shape[0])
        (right, down), _ = cv2.phaseCorrelate(
            _strength(known), _strength(view.field), _window(size)
        )
        if not LEAST_SHIFT <= np.hypot(right, down) < SHIFTED * size[0]:
            return view, likeness
        matrix = np.array([[1, 0, -right], [0, 1, -down]])
        moved = View(warp(view.picture, matrix), self.seen)
        better = self._compare(moved, power)
        return (moved, better) if better.edges > likeness.edges else (view, likeness)

    def is_turned(self, view: View) -> bool:
        """Say whether the scene is there, but elsewhere in the picture.

        A roll and a shift are tried that bring the known edges over the seen ones; they
        must do so much better than no turn at all does.
        """
        size = (self.across.shape[1], self.across.shape[0])
        trusted = self.trusted.astype(np.float32)
        keep = cv2.resize(trusted, size, interpolation=cv2.INTER_NEAREST)
        known = field_of(self.across, self.down) * keep[:, :, None]
        seen = _Field(view.field, _power(view.field))
        turns = [
            (_fit(_turned(known, roll, zoom), seen, MOST_SHIFT), roll)
            for roll, zoom in _likeliest(known, seen)
        ]
        if not turns:
            return False
        here = _fit(known, seen, 0).best
        fit, roll = max(turns, key=lambda turn: turn[0].best)
        if fit.shift < SHIFTED * size[0] and abs(roll) < ROLLED:
            return False
        clear = fit.best >= SURE_TURN[0] and fit.best >= here + SURE_TURN[1]
        found = fit.best >= max(BEST_TURN, here + BETTER_BY) and fit.peak >= PEAK
        return clear or found

    def _move(self, view: View, rate: Blocks) -> None:
        size = (self.across.shape[1], self.across.shape[0])
        share = cv2.resize(rate, size, interpolation=cv2.INTER_NEAREST)
        across, down = view.edges
        self.across += (across - self.across) * share
        self.down += (down - self.down) * share
        self.energy = blocks(self.across * self.across + self.down * self.down)

    def _compare(self, view: View, power: Blocks) -> Likeness:
        across, down = view.edges
        shared = blocks(self.across * across + self.down * down)
        steady = np.maximum(power, FAINTEST * self.energy)
        alike = np.minimum(shared / np.sqrt(self.energy * steady + SMALLEST), 1.0)
        gone = alike < LIKE
        known = self.trusted
        if not known.any():
            known = np.ones_like(known)
        mine, theirs = self.energy[known].sum(), steady[known].sum()
        edges = float(shared[known].sum() / np.sqrt(mine * theirs + SMALLEST))
        depth = float((self.coarse * self.coarse).sum())
        plain, new = self.energy < TEXTURE**2, power >= TEXTURE**2
        like_power = (power < ALIEN * self.energy) & (ALIEN * power > self.energy)
        return Likeness(
            lost=float(gone[known].mean()),
            contrast=float(np.median(shared[known] / self.energy[known])),
            edges=min(edges, 1.0),
            coarse=correlation(self.coarse, view.coarse) if self.has_depth else None,
            depth=float((self.coarse * view.coarse).sum()) / max(depth, SMALLEST),
            gone=gone,
            same=np.where(plain, ~new, (alike >= SAME) & like_power),
            changed=1 - float((known & ~gone).sum() / max((known | new).sum(), 1)),
        )


class _Field(NamedTuple):
    """Edges across and down, and the square of their strength."""

    field: Plane
    power: Plane


class _Fit(NamedTuple):
    best: float
    peak: float  # above the mean of all places, in standard deviations
    shift: float  # px


def _likeliest(known: Plane, seen: _Field) -> list[tuple[float, float]]:
    """Give the rolls and zooms that fit best at half the size: a tenth of the work.

    None, where no turn fits better there than none.
    """
    size = (known.shape[1] // 2, known.shape[0] // 2)
    few, half = (
        _plane(cv2.resize(field, size, interpolation=cv2.INTER_AREA))
        for field in (known, seen.field)
    )
    some = _Field(half, _power(half))
    fits = [_fit(_turned(few, *turn), some, MOST_SHIFT).best for turn in _TURNS]
    if max(fits) < _fit(few, some, 0).best + BETTER_BY / 2:
        return []
    return [_TURNS[number] for number in np.argsort(fits)[-LIKELY:]]


def _turned(field: Plane, degrees: float, zoom: float) -> Plane:
    """Roll edges; their own direction turns, too."""
    high, wide = field.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, zoom)
    moved = cv2.warpAffine(field, matrix, (wide, high))
    angle = np.deg2rad(degrees)
    turn = np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32
    )
    return _plane(cv2.transform(moved, turn))


def _fit(known: Plane, seen: _Field, most: float) -> _Fit:
    """Move the middle of what is known over what is seen: best fit, and how far.

    `most` is a share of the width.
    """
    high, wide = known.shape[:2]
    aside, above = round(MOST_SHIFT * wide), round(MOST_SHIFT * high)
    inner = known[above : high - above, aside : wide - aside]
    own = cv2.norm(inner, cv2.NORM_L2SQR)
    if not own:
        return _Fit(0.0, 0.0, 0.0)
    _, keep = cv2.threshold(_power(inner), 0, 1, cv2.THRESH_BINARY)
    across, down = min(round(most * wide), aside), min(round(most * high), above)
    place = (
        slice(above - down, high - above + down),
        slice(aside - across, wide - aside + across),
    )
    shared = cv2.matchTemplate(seen.field[place], inner, cv2.TM_CCORR)
    power = cv2.matchTemplate(seen.power[place], keep, cv2.TM_CCORR)
    fits = shared / np.sqrt(np.maximum(power, SMALLEST) * own)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    peak = (best - float(fits.mean())) / max(float(fits.std()), SMALLEST)
    return _Fit(best, peak, float(np.hypot(x - across, y - down)))


@cache
def _window(size: tuple[int, int]) -> Plane:
    return cv2.createHanningWindow(size, cv2.CV_32F).astype(np.float32, copy=False)


def _strength(field: Plane) -> Plane:
    return cv2.magnitude(*cv2.split(field)).astype(np.float32, copy=False)


def _power(field: Plane) -> Plane:
    square = cv2.transform(cv2.multiply(field, field), _BOTH)
    return square.astype(np.float32, copy=False)


def _plane(image: NDArray[np.generic]) -> Plane:
    """Narrow what OpenCV's stub calls any array."""
    return image.astype(np.float32, copy=False)


_BOTH = np.ones((1, 2), np.float32)
_TURNS = tuple(
    (roll, zoom)
    for roll in ROLLS
    for zoom in ((1.0, ZOOMED) if abs(roll) <= MOST_ROLL else (1.0,))
)
