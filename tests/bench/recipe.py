"""What a recipe is: something that is put on the pictures of a film, at known times.

A recipe is a pure function of a picture (BGR, not changed in place) and the moment:
the same seed gives the same pixels. Sizes are fractions of the picture's width.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Moment, Pixels, Still


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a change: seconds since it began, of how many, and its seed."""

    seconds: float
    lasts: float = 60.0
    seed: int = 1

    def chance(self) -> np.random.Generator:
        """Give chance of its own to this moment."""
        return np.random.default_rng((self.seed, max(0, round(self.seconds * 1000))))

    def grain(self, shape: tuple[int, ...], level: float) -> NDArray[np.float32]:
        """Give a sensor's noise of this moment, of a standard deviation in levels."""
        return self.chance().standard_normal(shape, np.float32) * np.float32(level)

    def habit(self) -> np.random.Generator:
        """Give chance that is the same at each moment: where a web hangs."""
        return np.random.default_rng(self.seed)


Change: TypeAlias = Callable[[Pixels, Now], np.ndarray]


@dataclass(frozen=True, slots=True)
class Make:
    """One way to make a nuisance or an attack.

    Attributes:
        says: what it does, in words for the report.
        change: put on while it lasts; None is a film that stops to be new.
        otherwise: put on all the rest of the film: leaves room at the border.
        half_s: seconds after its begin by which half of it is done.
        again_s: of film that is shown again and again, 0 for one picture.
    """

    says: str
    change: Change | None = None
    seed: int = 1
    otherwise: Change | None = None
    half_s: float = 0.0
    again_s: float = 0.0


@dataclass(frozen=True, slots=True)
class When:
    """From when to when something is put on, in seconds since the film's start."""

    begin: float
    end: float = field(default=float("inf"))


def staged(
    make: Make, pictures: Iterable[Pixels], when: When, rate: float
) -> Iterator[Pixels]:
    """Play pictures, with the make put on from `when.begin` to `when.end`."""
    past: deque[Pixels] = deque(maxlen=max(1, round(make.again_s * rate)))
    for number, picture in enumerate(pictures):
        now = Now(number / rate - when.begin, when.end - when.begin, make.seed)
        if not when.begin <= number / rate < when.end:
            past.append(
                levels(make.otherwise(picture, now)) if make.otherwise else picture
            )
            yield past[-1]
        elif make.change is None:
            past.rotate(-1)
            yield past[-1]
        else:
            yield levels(make.change(picture, now))


def levels(picture: np.ndarray) -> Pixels:
    """Bring what a recipe made back to levels."""
    return np.ascontiguousarray(picture.clip(0, 255), dtype=np.uint8)


def still_of(picture: Pixels, number: int, rate: float) -> Still:
    """Make a still of a BGR picture, as a film gives it out."""
    planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
    high = picture.shape[0]
    return Still(Moment(number, number / rate), planes[:high], lambda: planes)


def bgr(planes: Pixels) -> Pixels:
    """Give the picture of a still's colours."""
    return cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420).astype(np.uint8, copy=False)


def moved(picture: Pixels, right: float, down: float, roll: float = 0.0) -> np.ndarray:
    """Move a picture by pixels and degrees; what comes in is its own mirror image."""
    high, wide = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), roll, 1.0)
    matrix[:, 2] += np.array((right, down))
    return cv2.warpAffine(
        picture, matrix, (wide, high), borderMode=cv2.BORDER_REFLECT_101
    )
