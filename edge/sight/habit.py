"""What each pixel of a scene has looked like: OpenCV's KNN, asked only where needed.

Pure. KNN knows what sways. It looks at each pixel by itself, so tiles of 20 x 18 px
tell the same as one model of the whole picture, and most looks need a few tiles: all 40
cost 0.15 to 0.25 ms a look, one 0.005 ms. A tile that is not needed learns at each 20th
look, 20 times as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.sight.picture import Pixels
from edge.sight.thing import Place

TILE = (18, 20)  # px, down and across
REST = 20  # looks in turn; a tile that is not asked learns in one of them
HELD = 0.05  # of the rate of learning, where somebody is
QUICK = 0.02  # a look; who learns so quickly, as at the start, never rests
SHADOW_DEPTH = 0.65  # of the scenery's brightness; what is darker is a thing in dark
# clothes. OpenCV's 0.5 finds 7 of the 20 drawn figures, as they stand before a light
# wall; 0.7 leaves shadows in (1.8 and 3.6 % stuck-on)
SLOWEST = 1e-5  # a look; at 0 OpenCV's KNN divides by it, and learns at random
SEEDS = 7  # looks that KNN must be shown, until it believes one picture
SEEDING = 0.5  # a look; at 1 OpenCV's KNN forgets all and begins anew
SEED = 1  # KNN learns at random moments; with a seed, at the same ones each time


@dataclass(slots=True, eq=False)
class _Tile:
    where: Place
    knn: cv2.BackgroundSubtractorKNN
    labels: Pixels
    learned: float = 0.0  # of all the learning so far


class Habits:
    """Knows which brightnesses are usual at each pixel.

    It sets the seed of OpenCV's random numbers in this thread: one film gives the same
    events each time.

    Args:
        near: levels by which two brightnesses differ and are still the same.
        picture: the scene as it looks now.
    """

    def __init__(self, near: float, picture: Pixels) -> None:
        cv2.setRNGSeed(SEED)
        self._labels = np.zeros_like(picture)
        down, across = TILE
        self._columns = -(-picture.shape[1] // across)
        self._tiles = [
            self._tile((slice(y, y + down), slice(x, x + across)), near, picture)
            for y in range(0, picture.shape[0], down)
            for x in range(0, picture.shape[1], across)
        ]
        self._learning = 0.0
        self._looks = 0

    def _tile(self, where: Place, near: float, picture: Pixels) -> _Tile:
        knn = cv2.createBackgroundSubtractorKNN(500, near * near, detectShadows=True)
        knn.setShadowThreshold(SHADOW_DEPTH)
        for _ in range(SEEDS):
            knn.apply(picture[where], learningRate=SEEDING)
        return _Tile(where, knn, self._labels[where])

    def ask(
        self,
        level: Pixels,
        asked: Pixels | None,
        rate: float,
        held: Sequence[Place] = (),
    ) -> Pixels:
        """Say at least where `asked` is 255 what is unusual: 255, or 127 in shadow.

        `rate` is KNN's own of learning, 0 to 1 a look; where somebody is held it is
        nearly none. The answer is good until the next look.
        """
        self._learning += rate
        if rate <= QUICK:
            for number in {n for place in held for n in self._under(place)}:
                self._tiles[number].learned += rate * (1 - HELD)
        self._looks += 1
        self._labels[:] = 0
        if rate > QUICK:
            needed = self._tiles
        else:
            needed = self._tiles[self._looks % REST :: REST]
            if asked is not None:
                needed += [tile for tile in self._around(asked) if tile not in needed]
        for tile in needed:
            owed = self._learning - tile.learned
            tile.learned = self._learning
            share = min(max(owed, SLOWEST), 1.0)
            tile.knn.apply(level[tile.where], tile.labels, share)
        return self._labels

    def _around(self, asked: Pixels) -> list[_Tile]:
        left, top, width, height = cv2.boundingRect(asked)
        if not width:
            return []
        place = (slice(top, top + height), slice(left, left + width))
        under = [self._tiles[number] for number in self._under(place)]
        return [tile for tile in under if cv2.countNonZero(asked[tile.where])]

    def _under(self, place: Place) -> list[int]:
        """Give the numbers of the tiles under a place that is not empty."""
        (rows, columns), (down, across) = place, TILE
        most = len(self._tiles) // self._columns
        return [
            y * self._columns + x
            for y in range(rows.start // down, min(-(-rows.stop // down), most))
            for x in range(
                columns.start // across,
                min(-(-columns.stop // across), self._columns),
            )
        ]
