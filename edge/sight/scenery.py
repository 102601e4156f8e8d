"""The scene behind all things, by day and by night, and the light on it. Pure.

Each kind of light (with colour, infrared) has a model of its own; they are swapped when
the camera's filter swings. A model begins with what is seen then, but under somebody
who is there: so nobody is lost, and no ghost is made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.sight.background import GLARE, Background, Difference, relit
from edge.sight.exposure import Exposure
from edge.sight.light import Light
from edge.sight.picture import Moment, Pixels
from edge.sight.shape import Box
from sites.sight import LightChange

MEMORY_S = 100.0  # what stands still is scenery after about a tenth of this
WARM_UP_S = 2.0  # after a start nothing is reported: the model knows nothing yet
GAP_S = 1.0  # longest step of time that is learned from at once
SETTLES_S = 2.0  # a camera's filter and gain take so long to find their place
DRIFT = 0.05  # of the gain; so much off is not settled
STEADY = 0.1  # of the picture; if more is lit, the light may be switching
STRANGE = 0.004  # of the picture; so much that differs is not settled
NOISE_EVERY = 6  # px in both directions; enough to tell the noise
NOISE_OF = 1.05  # standard deviation, of the median change between two looks
NOISE_RANGE = (0.3, 8.0)  # levels
NOISE_LOOKS = 2  # in one of which it is looked for
CALMS = (0.2, 0.04)  # share by which the noise is followed; by a jump
JUMP = 3.0  # times the noise is something else


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the scene.

    Attributes:
        level: the picture in its usual light.
        found: what differs.
        changes: of the light, with the moment when each began.
        is_settled: false while the light is changing, and at the start.
    """

    level: Pixels
    found: Difference
    changes: list[tuple[Moment, LightChange]]
    is_settled: bool


class Scenery:
    """The scene of one camera.

    Args:
        threshold: levels by which a pixel must differ.
        unseen: 255 where masks hide the small picture, or None.
    """

    def __init__(self, threshold: float, unseen: Pixels | None = None) -> None:
        self._threshold = threshold
        self._exposure = Exposure(unseen)
        self._light = Light()
        self._models: dict[bool, Background] = {}
        self._before: Pixels | None = None
        self._kept: Pixels | None = None
        self._unsettled_until = float("-inf")
        self._looks = 0
        self._first = self._last = 0.0
        self.noise = 1.0

    def look(
        self,
        small: Pixels,
        moment: Moment,
        held: Sequence[Box],
        chroma: Callable[[], float] | None,
    ) -> Seen:
        """Look at the next picture; `held` are the boxes of those who are there."""
        seconds = moment.seconds
        if self._looks == 0:
            self._first = self._last = seconds
        self._looks += 1
        step = min(max(seconds - self._last, 0.0), GAP_S)
        self._last = seconds
        level = self._exposure.level(small, seconds)
        gain = self._exposure.gain
        self._take_noise(small)
        model = self._model(level)
        warm = seconds - self._first >= WARM_UP_S
        rate = step / MEMORY_S
        rate = rate if warm else max(rate, 1 / (self._looks + 1))
        found = model.compare(level, rate, self.noise * gain, gain, held)
        was = self._light.is_infrared
        changes = self._light.look(level, gain, found.things, moment, chroma)
        switched = self._light.is_infrared is not was
        if switched and self._looks == 1:  # only now is it known which light this is
            self._models = {self._light.is_infrared: model}
        elif switched:
            self._unsettled_until = seconds + SETTLES_S
        settled = seconds > self._unsettled_until
        if not settled and self._is_strange(gain, found, switched=switched):
            level, found = self._swap(small, model, seconds)
        elif not warm and found.where:
            model.absorb(level, found.things)
        self._model(level).learn(level, found, held, step)
        if settled and cv2.countNonZero(found.lit) < STEADY * small.size:
            self._kept = found.things if found.where else None
        return Seen(level, found, changes if warm else [], settled and warm)

    @property
    def is_restless(self) -> bool:
        """Say whether the light is changing, or may be."""
        return self._light.is_restless

    def rest(self) -> None:
        """Take note of a look in which nothing differs, as in the one before it."""
        for model in self._models.values():
            model.rest()

    def absorb(self, level: Pixels, where: Pixels) -> None:
        """Take what is seen at some places (255) for the scene."""
        self._model(level).absorb(level, where)

    def glare(self, seen: Seen) -> Pixels | None:
        """Give where it is lighter than usual (255), if that is much."""
        if cv2.countNonZero(seen.found.lit) < GLARE * seen.level.size:
            return None
        known = self._model(seen.level).scene.astype(np.uint8)
        lighter = cv2.compare(seen.level, known, cv2.CMP_GT)
        return cv2.bitwise_and(seen.found.lit, lighter).astype(np.uint8, copy=False)

    def _model(self, level: Pixels) -> Background:
        kind = self._light.is_infrared
        model = self._models.get(kind)
        if model is None:
            model = self._models[kind] = Background(self._threshold, level)
        return model

    def _is_strange(self, gain: float, found: Difference, *, switched: bool) -> bool:
        return switched or abs(gain - 1) > DRIFT or found.share > STRANGE

    def _swap(
        self, small: Pixels, before: Background, seconds: float
    ) -> tuple[Pixels, Difference]:
        """Go over to the model of the other light, as the scene looks in it now."""
        self._exposure.restart(small)
        self._light.restart(small, seconds)
        scene = relit(small, before.scene, self._kept)
        model = self._model(scene)
        model.scene[:] = scene
        return small, model.compare(small, 0.0, self.noise, 1.0)

    def _take_noise(self, small: Pixels) -> None:
        """Follow the noise of the sensor, by the median change between two looks."""
        before, self._before = self._before, small
        if before is None or self._looks % NOISE_LOOKS:
            return
        some = (slice(None, None, NOISE_EVERY),) * 2
        change = np.subtract(small[some], before[some], dtype=np.int16).ravel()
        change.sort()
        change = np.abs(change - change[change.size // 2])  # light is no noise
        change.sort()
        noise = float(change[change.size // 2]) * NOISE_OF
        noise = min(max(noise, NOISE_RANGE[0]), NOISE_RANGE[1])
        share = CALMS[noise > JUMP * self.noise]
        self.noise += (noise - self.noise) * share
