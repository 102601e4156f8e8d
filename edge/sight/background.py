"""What belongs to a scene: which pixels differ from it, and which by light alone.

Pure: seconds are an argument. Two memories must agree: OpenCV's KNN knows what sways,
and our own picture of the scene can be mended in places, which KNN cannot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from edge.sight.detail import (
    DARKEST,
    NOISES,
    Detail,
    Plane,
    detail_of,
    opened,
    things_in,
)
from edge.sight.habit import SHADOW_DEPTH, Habits
from edge.sight.limit import limits
from edge.sight.once import Once
from edge.sight.picture import Pixels
from edge.sight.shape import Box
from edge.sight.thing import Place
from edge.sight.thread import Threads

NEAR = 0.7  # of the threshold; brightnesses that KNN takes for the same
SHADOW = 200  # the model says 255 for a thing, 127 for its shadow
DARK_LEAST = 0.6  # of the threshold, in black
FOLLOW_S = 2.0  # over which the scene follows what is no thing
SWAY_S = 30.0  # over which it follows what KNN knows from before, as leaves in wind
LEARNS_S = 0.3  # between two times that the scene is learned: every second look,
# but each look in a glare: a headlight rests for one look
GLARE = 0.02  # of the picture in another light; in less there is no glare
LIT_S = 5.0  # over which it follows a change of light, where that rests
RESTS = 4.0  # levels from look to look; light that changes more goes on, as a headlight
SOLID = 0.25  # of what differs where somebody is; with less it is light alone
WHITE = 250  # levels; above, the sensor shows no more light
MARGIN = 4  # px around what differs that are looked at, too
LIGHT_AROUND = (31, 31)  # px from which the light on a hidden place is guessed

_SQUARE = np.ones((3, 3), np.uint8)
_DOT = np.ones((2, 2), np.uint8)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs from the scene in one look.

    Attributes:
        things: 255 where something is that does not belong to the scene.
        lit: 255 where the light alone is another.
        where: the part of the picture that was looked at closely; None: nothing is.
        detail: gives that of this part.
    """

    things: Pixels
    lit: Pixels
    where: Place | None = None
    detail: Callable[[], Detail] | None = None

    @property
    def share(self) -> float:
        """Share of the picture that differs."""
        if self.where is None:
            return 0.0
        pixels = cv2.countNonZero(self.things) + cv2.countNonZero(self.lit)
        return pixels / self.things.size


class Background:
    """The scene of one camera in one kind of light.

    Args:
        threshold: levels by which a pixel must differ.
        picture: the scene as it looks now.
    """

    def __init__(self, threshold: float, picture: Pixels) -> None:
        self._threshold = threshold
        self._threads = Threads(picture)
        self._nothing = np.zeros_like(picture)
        self._known = self._before = picture
        self._differs: cv2.typing.MatLike = picture
        self._unlearned = 0.0
        self._habits = Habits(NEAR * threshold, picture)
        self.scene: Plane = picture.astype(np.float32)

    def compare(
        self,
        level: Pixels,
        rate: float,
        noise: float,
        gain: float,
        held: Sequence[Box] = (),
    ) -> Difference:
        """Say what differs in a picture that was brought to the usual light by `gain`.

        `rate` is KNN's own of learning; `noise` is in levels of that picture. In the
        boxes held KNN is not asked: it gets used to who stands there.
        """
        held = () if self._threads.are_there else held
        far = self._far(level, noise, gain)
        self._differs = far
        core = cv2.erode(far, _DOT)
        where = _around(core)
        places = _places(held, level.shape)
        fine = None
        if where:
            fine = self._fine(level, core[where], where, rate, places)
        else:
            self._habits.ask(level, None, rate, places)
        if where is None or fine is None:
            self._threads.rest()
            return Difference(self._nothing, self._nothing)
        differs = np.zeros(level.shape, np.uint8)
        differs[where] = self._threads.leave_out(fine, where)
        where = _around(differs)
        if where is None:
            return Difference(differs, differs)
        scene, white = self.scene[where].copy(), WHITE * min(gain, 1.0)
        detail = Once(lambda: detail_of(level[where], scene, noise, white))
        sure = [place for place in places if self._is_darker(level, place)]
        new = differs.copy()
        for place in sure:  # who is there stays in any light
            new[place] = 0
        if not cv2.countNonZero(new):
            return Difference(differs, self._nothing, where, detail)
        things = np.zeros(level.shape, np.uint8)
        things[where] = things_in(differs[where], detail(), noise)
        for place in places:
            solid = cv2.countNonZero(things[place])
            if place in sure or solid >= SOLID * cv2.countNonZero(differs[place]):
                things[place] = differs[place]
        lit = cv2.subtract(differs, things)
        return Difference(things, lit, where, detail)  # type: ignore[arg-type]  # OpenCV's stub says any number; these are bytes

    def _fine(
        self,
        level: Pixels,
        core: cv2.typing.MatLike,
        where: Place,
        rate: float,
        held: Sequence[Place],
    ) -> cv2.typing.MatLike | None:
        """Give what KNN is sure of too, or is right beside that, in `where`.

        None if nothing is. KNN leaves holes in what is small or thin. What can be no
        more than a shadow is not asked for, nor who is there: KNN gets used to those.
        """
        far = cv2.dilate(core, _DOT, anchor=(0, 0))  # without what is thinner than 2 px
        asked = np.zeros(level.shape, np.uint8)
        hard = opened(self._hard(level, far, where))
        asked[where] = hard
        for place in held:
            asked[place] = 0
        labels = self._habits.ask(level, asked, rate, held)[where]
        _, sure = cv2.threshold(labels, SHADOW, 255, cv2.THRESH_BINARY)
        if held:  # asked is what is hard and not held
            sure = cv2.max(sure, cv2.subtract(hard, asked[where]))
        known = cv2.bitwise_and(far, cv2.dilate(sure, _SQUARE))
        fine = opened(known)
        return fine if cv2.countNonZero(fine) else None

    def _is_darker(self, level: Pixels, place: Place) -> bool:
        """Say whether a place is darker than usual: no lamp does that."""
        return cv2.mean(level[place])[0] <= cv2.mean(self._known[place])[0]

    def _hard(
        self, level: Pixels, far: cv2.typing.MatLike, where: Place
    ) -> cv2.typing.MatLike:
        """Take out of what differs what may be no more than a shadow."""
        known = self._known[where]
        deepest = cv2.convertScaleAbs(known, alpha=SHADOW_DEPTH)
        return cv2.subtract(far, cv2.inRange(level[where], deepest, known))

    def _far(self, level: Pixels, noise: float, gain: float) -> cv2.typing.MatLike:
        """Say where a picture differs more than light and noise explain."""
        known = self._known = self.scene.astype(np.uint8)
        dark = min(DARK_LEAST * max(gain, 1.0), 1.0)
        floor = max(dark * self._threshold, NOISES * noise)
        table = limits(self._threshold, int(floor), int(max(self._threshold, floor)))
        least = cv2.LUT(known, table)
        far = cv2.compare(cv2.absdiff(level, known), least, cv2.CMP_GT)
        if gain < 1:  # white is as bright as it gets, whatever it were without gain
            least_white = ceil(WHITE * gain) - 1
            _, white = cv2.threshold(level, least_white, 255, cv2.THRESH_BINARY)
            darker = cv2.compare(known, level, cv2.CMP_GT)
            far = cv2.subtract(far, cv2.bitwise_and(white, darker))
        return far

    def learn(
        self, level: Pixels, found: Difference, held: Sequence[Box], step: float
    ) -> None:
        """Follow what is no thing for a step of seconds; not in the boxes held.

        The picture is that of the last comparison.
        """
        before, self._before = self._before, level
        self._unlearned += step
        glare = cv2.countNonZero(found.lit) >= GLARE * level.size
        if self._unlearned < LEARNS_S and not glare:
            return
        step, self._unlearned = self._unlearned, 0.0
        if found.where is None and not held:
            cv2.accumulateWeighted(level, self.scene, min(1.0, step / FOLLOW_S))
            return
        busy = cv2.dilate(cv2.bitwise_or(found.things, found.lit), _SQUARE)
        calm, lit = cv2.bitwise_not(busy), _at_rest(found.lit, level, before)
        for place in _places(held, calm.shape):
            calm[place] = lit[place] = 0
        sways = cv2.bitwise_and(calm, self._differs)
        calm = cv2.subtract(calm, sways)
        for mask, lasts in ((calm, FOLLOW_S), (sways, SWAY_S), (lit, LIT_S)):
            if cv2.countNonZero(mask):
                share = min(1.0, step / lasts)
                cv2.accumulateWeighted(level, self.scene, share, mask=mask)

    def rest(self) -> None:
        """Take note of a look in which nothing differs, as in the one before it."""
        self._threads.rest()

    def absorb(self, level: Pixels, where: Pixels) -> None:
        """Take what is seen at some places (255) for the scene."""
        wide = cv2.dilate(where, _SQUARE) > 0
        self.scene[wide] = level[wide]


def _at_rest(lit: Pixels, level: Pixels, before: Pixels) -> Pixels:
    """Leave out light that goes on, and white: it has no detail to learn."""
    change = cv2.absdiff(level, before)
    _, rests = cv2.threshold(change, RESTS, 255, cv2.THRESH_BINARY_INV)
    _, dark = cv2.threshold(level, WHITE - 1, 255, cv2.THRESH_BINARY_INV)
    tells = cv2.bitwise_and(rests, dark)
    return cv2.bitwise_and(lit, tells).astype(np.uint8, copy=False)


def relit(level: Pixels, known: Plane, keep: Pixels | None) -> Pixels:
    """Give a scene in another light: as it looks now, but where things are.

    `known` is the scene in the light before. Under things (255 in `keep`) it is brought
    to the light around them.
    """
    if keep is None or not cv2.countNonZero(keep):
        return level
    wide = cv2.dilate(keep, _SQUARE, iterations=2) > 0
    free = (~wide).astype(np.float32)
    least = DARKEST / LIGHT_AROUND[0]
    now = cv2.blur(level.astype(np.float32) * free, LIGHT_AROUND) + least
    before = cv2.blur(known * free, LIGHT_AROUND) + least
    guessed = (known * (now / before)).clip(0, 255)
    return np.where(wide, guessed, level).astype(np.uint8)


def _around(plane: cv2.typing.MatLike) -> Place | None:
    """Give the part of a plane that is not 0, and a margin."""
    left, top, width, height = cv2.boundingRect(plane)
    if not width:
        return None
    return (
        slice(max(0, top - MARGIN), top + height + MARGIN),
        slice(max(0, left - MARGIN), left + width + MARGIN),
    )


def _places(boxes: Sequence[Box], size: tuple[int, ...]) -> list[Place]:
    high, wide = size[:2]
    return [
        (
            slice(int(top * high), round((top + height) * high)),
            slice(int(left * wide), round((left + width) * wide)),
        )
        for left, top, width, height in boxes
    ]
