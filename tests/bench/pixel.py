"""How well the pixels of things are found, where somebody knows them.

A drawn scene knows its figures' pixels: it is drawn with and without them. A recorded
sequence with its truth (as CDnet: `input`, `groundtruth`, `temporalROI.txt`) is used if
WACHTPOST_PIXEL_TRUTH names its folder. All look 5 times a second; shadows are not
things; what is doubtful is left out.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.camera.scene_film import RATE, SceneFilm, visits
from edge.look.command import LOOKS_A_SECOND
from edge.look.series import RATE as SERIES_RATE
from edge.look.series import gather
from edge.sight.motion import Motion
from edge.sight.picture import Masking, Pixels, Still, small_size
from edge.sight.shape import WHOLE
from tests.bench.peers import PEERS
from tests.bench.recipe import bgr, still_of

OURS = "wachtpost"
SETTING = "WACHTPOST_PIXEL_TRUTH"
SETTLE_S = 5.0  # of a film in which models may learn
SEEN = 4  # levels by which a figure must differ from what it hides
SHADE = 0.68  # of the light is left in the deepest shadow
THING, UNKNOWN = 255, 170  # in truths; CDnet: 85 outside, 170 edges, 50 shadow
LEAST_UNKNOWN = 85

Marked: TypeAlias = tuple[Still, Pixels]  # and its truth: 255, 170, or less
Mask: TypeAlias = Callable[[Still], Pixels | None]  # None: nothing seen


@dataclass(frozen=True, slots=True)
class Pixel:
    """Pixels that were called a thing rightly, wrongly, and not at all."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def f(self) -> float:
        """F-measure: harmonic mean of precision and recall."""
        all_ = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / all_ if all_ else 0.0

    @property
    def recall(self) -> float:
        """The share of the things' pixels that was found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        """The share of what was called a thing that was one."""
        return self.right / max(1, self.right + self.wrong)

    def __add__(self, other: "Pixel") -> "Pixel":
        return Pixel(
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
        )


def compare(found: Pixels, truth: Pixels) -> Pixel:
    """Count pixels; what was found may be smaller than the truth."""
    if found.shape != truth.shape:
        size = truth.shape[::-1]
        found = cv2.resize(found, size, interpolation=cv2.INTER_NEAREST).astype("uint8")
    known = (truth < LEAST_UNKNOWN) | (truth == THING)
    thing, said = truth == THING, (found == THING) & known
    return Pixel(
        int(np.count_nonzero(said & thing)),
        int(np.count_nonzero(said & ~thing)),
        int(np.count_nonzero(thing & ~said)),
    )


def measured(pictures: Callable[[], Iterator[Marked]]) -> dict[str, Pixel]:
    """Let ours and the others find pixels."""
    masks: dict[str, Mask] = {OURS: _ours(), **{name: _peer(name) for name in PEERS}}
    counts: dict[str, Pixel] = {}
    for still, truth in pictures():
        for name, mask in masks.items():
            found = mask(still)
            if still.moment.seconds < SETTLE_S:
                continue
            if found is None:
                found = np.zeros_like(truth)
            counts[name] = counts.get(name, Pixel()) + compare(found, truth)
    return counts


def drawn(seed: int, seconds: float) -> Iterator[Marked]:
    """Draw a scene with its visitors, and mark their pixels."""
    film, coming = SceneFilm(f"made:{seed}", LOOKS_A_SECOND), visits(seed)
    visit = next(coming)
    for number in range(0, round(seconds * RATE), round(RATE / LOOKS_A_SECOND)):
        now = number / RATE
        if now > visit.leaves:
            visit = next(coming)
        away = replace(visit, enters=now + 1, leaves=now + 2)
        picture = film.draw(now, number, visit)
        yield (
            still_of(picture, number, RATE),
            marks(picture, film.draw(now, number, away)),
        )


def marks(picture: Pixels, empty: Pixels) -> Pixels:
    """Say where a figure is, by what its scene looks like without: its shadow is none.

    A shadow leaves all colours the same share of their light.
    """
    there: NDArray[np.float32] = picture.astype(np.float32)
    alone: NDArray[np.float32] = empty.astype(np.float32)
    differs = np.abs(there - alone).max(axis=2) >= SEEN
    share = (there + 1) / (alone + 1)
    even = share.max(axis=2) - share.min(axis=2) < 0.06
    shaded = even & (share.mean(axis=2) > SHADE) & (share.mean(axis=2) < 1)
    return np.where(differs & ~shaded, np.uint8(THING), np.uint8(0))


def recorded(folder: Path) -> Iterator[Marked]:
    """Give a recorded sequence and its truth, within the frames that have one."""
    first, last = map(int, (folder / "temporalROI.txt").read_text().split())
    (reel,) = gather([str(folder / "input")])
    with reel.open(LOOKS_A_SECOND, SERIES_RATE) as film:
        for still in film.stills():
            number = still.moment.frame + 1
            name = folder / "groundtruth" / f"gt{number:06}.png"
            high, wide = still.luma.shape
            truth = np.full((high, wide), UNKNOWN, np.uint8)
            if first <= number <= last and name.is_file():
                read = cv2.imread(str(name), cv2.IMREAD_GRAYSCALE)
                if read is not None:
                    truth = read[:high, :wide].astype(np.uint8)
            yield still, truth


def sequence() -> Path | None:
    """Give the folder of a recorded sequence, if one is named and there."""
    folder = os.environ.get(SETTING)
    return Path(folder) if folder and Path(folder).is_dir() else None


def _ours() -> Mask:
    motion: Motion | None = None

    def mask(still: Still) -> Pixels | None:
        nonlocal motion
        high, wide = still.luma.shape
        picture = Masking((), high, wide).hide(still)
        if motion is None:
            motion = Motion((("picture", WHOLE),), small_size(high, wide))
        motion.look(picture.small, still.moment, picture.chroma)
        return motion.plane

    return mask


def _peer(name: str) -> Mask:
    look = PEERS[name]()
    return lambda still: look(bgr(still.colours()))
