"""What a hand does to a camera, each in several makes; cut is `tests.bench.dropout`.

`half_s` of a make is when half of it is done: an attack is to be named within 10 s of
that. What happens at once has 0.
"""

from functools import partial

import cv2
import numpy as np

from edge.sight.picture import Pixels
from tests.bench.recipe import Make, Now, moved

FIVE_DEGREES = 0.06  # of the width, where the lens sees 83 degrees
ROOM = 0.08  # of the picture that is cut off on each side, to turn into


def hand(picture: Pixels, now: Now) -> np.ndarray:
    """A glove on the lens: dark, a little light from one side, noise."""
    high, wide = picture.shape[:2]
    shade = np.linspace(18, 60, wide, dtype=np.float32)
    return shade[None, :, None] + now.grain((high, wide, 3), 2.0)


def bag(picture: Pixels, now: Now) -> np.ndarray:
    """A plastic bag over the camera: bright, in soft folds, nothing behind."""
    high, wide = picture.shape[:2]
    folds = now.habit().normal(0, 1, (6, 10)).astype(np.float32)
    cloth = 165 + 14 * cv2.resize(folds, (wide, high), interpolation=cv2.INTER_CUBIC)
    return cloth[:, :, None] + now.grain(picture.shape, 2.0)


def hand_across(picture: Pixels, now: Now, *, takes: float) -> np.ndarray:
    """The glove comes in from the left and takes some seconds."""
    edge = int(min(1.0, now.seconds / takes) * picture.shape[1])
    covered = picture.astype(np.float32)
    covered[:, :edge] = hand(picture, now)[:, :edge]
    return covered


def spray(picture: Pixels, now: Now, *, takes: float) -> np.ndarray:
    """Paint that grows thicker until 3 % of the scene is left."""
    share = np.float32(0.97 * min(1.0, now.seconds / takes))
    return picture * (1 - share) + 150 * share


def defocus(picture: Pixels, _: Now, *, width: float) -> np.ndarray:
    """The ring of the lens was turned: a Gaussian of `width` of the picture's."""
    return cv2.GaussianBlur(picture, (0, 0), picture.shape[1] * width)


def disc(picture: Pixels, now: Now, *, takes: float) -> np.ndarray:
    """Each point becomes a disc, as in a real lens, that grows for some seconds."""
    widest = picture.shape[1] / 45
    radius = max(1, round(widest * min(1.0, now.seconds / takes)))
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float32)
    cv2.circle(kernel, (radius, radius), radius, (1.0,), -1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def turn(picture: Pixels, _: Now, *, right: float, down: float) -> np.ndarray:
    """The camera looks elsewhere, at once; shares of the width."""
    wide = picture.shape[1]
    return moved(picture, right * wide, down * wide)


def roll(picture: Pixels, _: Now) -> np.ndarray:
    """The camera is tilted by 5 degrees around its axis."""
    return moved(picture, 0, 0, roll=5)


def away(picture: Pixels, _: Now) -> np.ndarray:
    """The camera looks at something else altogether."""
    return np.rot90(picture, 2)


def window(picture: Pixels, _: Now, *, right: float = 0.0) -> np.ndarray:
    """Cut the border off, so that there is something to turn to."""
    high, wide = picture.shape[:2]
    top, left = round(ROOM * high), round((ROOM + right) * wide)
    inside = picture[top : high - top, left : left + round((1 - 2 * ROOM) * wide)]
    return cv2.resize(inside, (wide, high), interpolation=cv2.INTER_LINEAR)


def push(picture: Pixels, now: Now, *, takes: float) -> np.ndarray:
    """Push the camera aside by 5 degrees within some seconds: no mirrors."""
    right = FIVE_DEGREES * min(1.0, now.seconds / takes)
    return window(picture, now, right=right)


def dark(picture: Pixels, now: Now) -> np.ndarray:
    """No light at all: a sensor's own noise around 2 levels."""
    return 2 + now.grain(picture.shape, 1.0)


def no_signal(picture: Pixels, _: Now) -> np.ndarray:
    """A recorder's black: not even noise."""
    return np.zeros_like(picture)


ATTACKS: dict[str, tuple[str, tuple[Make, ...]]] = {
    "covered slowly": (
        "covered",
        (
            Make("a glove, 6 s", partial(hand_across, takes=6.0), half_s=3.0),
            Make("paint, 6 s", partial(spray, takes=6.0), half_s=3.0),
            Make("a glove, 20 s", partial(hand_across, takes=20.0), half_s=10.0),
        ),
    ),
    "covered fast": (
        "covered",
        (Make("a glove", hand, 31), Make("a bag, bright", bag, 32)),
    ),
    "defocused": (
        "defocused",
        (
            Make("a Gaussian of 1/150 of the width", partial(defocus, width=1 / 150)),
            Make("a disc of 1/45, within 3 s", partial(disc, takes=3.0), half_s=1.5),
            Make("a Gaussian of 1/40 of the width", partial(defocus, width=1 / 40)),
        ),
    ),
    "turned": (
        "turned",
        (
            Make("5 degrees aside", partial(turn, right=FIVE_DEGREES, down=0.0)),
            Make(
                "5 degrees aside within 2 s, into what is there",
                partial(push, takes=2.0),
                otherwise=window,
                half_s=1.0,
            ),
            Make("5 degrees down", partial(turn, right=0.0, down=FIVE_DEGREES)),
            Make("5 degrees around its axis", roll),
            Make("to something else", away),
        ),
    ),
    "frozen": (
        "frozen",
        (Make("the last picture", None), Make("the last picture, encoded", None)),
    ),
    "looped": (
        "looping",
        (
            Make("the last 5 s", None, again_s=5.0),
            Make("the last 8 s, encoded", None, again_s=8.0),
        ),
    ),
    "black": (
        "black",
        (Make("a sensor's noise alone", dark, 33), Make("no noise", no_signal)),
    ),
}


def make(name: str, number: int) -> Make:
    """Give one make of an attack."""
    return ATTACKS[name][1][number]
