"""Nuisances and attacks put on films, for tests and the bench: the same each time.

`staged(name, pictures, begin, end, rate)` plays BGR pictures with the thing named put
on from `begin` to `end` (seconds since the first). What belongs to the camera or its
scene is drawn on the whole picture, sizes are fractions of its width.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from edge.sight.picture import Moment, Pixels, Still

SEED = 3
LOOP_S = 5.0  # of film that is played again and again
COVERING_S = 6.0  # that a slow hand takes


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a change: seconds since it began, of how many, and chance."""

    seconds: float
    lasts: float
    random: np.random.Generator


Change: TypeAlias = Callable[[Pixels, Now], np.ndarray]


def _clip(picture: np.ndarray) -> Pixels:
    return np.ascontiguousarray(picture.clip(0, 255), dtype=np.uint8)


def _infrared(picture: Pixels, now: Now) -> np.ndarray:
    grey: np.ndarray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    high, wide = grey.shape
    y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    lamp = 1.5 * np.exp(-(x * x + y * y))  # bright in the middle, dark at the edge
    noise = now.random.normal(0, 3, grey.shape)
    lit: np.ndarray = cv2.merge([grey * lamp + noise] * 3)
    return lit


def _light_step(picture: Pixels, _: Now) -> np.ndarray:
    return picture * np.float32(0.55)


def _light_up(picture: Pixels, _: Now) -> np.ndarray:
    return picture * np.float32(1.45)


def _ramp(picture: Pixels, now: Now) -> np.ndarray:
    share = np.sin(np.pi * min(1.0, now.seconds / now.lasts))
    return picture * np.float32(1 - 0.5 * share)


def _headlight(picture: Pixels, now: Now) -> np.ndarray:
    high, wide = picture.shape[:2]
    place = now.seconds / 4 % 1.4 - 0.2  # across in 4 s
    y, x = np.mgrid[0 : high / wide : high * 1j, 0 : 1 : wide * 1j]
    spot = np.exp(-(((x - place) / 0.15) ** 2) - ((y - 0.35) / 0.2) ** 2)
    lit: np.ndarray = picture + (220 * spot)[:, :, None]
    return lit


def _rain(picture: Pixels, now: Now) -> np.ndarray:
    high, wide = picture.shape[:2]
    layer = np.zeros((high, wide), np.float32)
    for x, y in now.random.uniform(0, 1, (150, 2)):
        top = (int(x * wide), int(y * high))
        foot = (top[0] + wide // 200, top[1] + wide // 25)
        cv2.line(layer, top, foot, (90.0,), max(1, wide // 400))
    return picture + layer[:, :, None]


def _insect(picture: Pixels, now: Now) -> np.ndarray:
    high, wide = picture.shape[:2]
    layer = np.zeros((high, wide), np.float32)
    x = 0.5 + 0.4 * np.sin(1.7 * now.seconds) + 0.05 * np.sin(11 * now.seconds)
    y = 0.5 + 0.4 * np.cos(2.3 * now.seconds)
    cv2.circle(layer, (int(x * wide), int(y * high)), wide // 16, (1.0,), -1)
    soft = cv2.GaussianBlur(layer, (0, 0), wide / 60)[:, :, None]
    return picture * (1 - soft) + 200 * soft


def _web(picture: Pixels, now: Now) -> np.ndarray:
    high, wide = picture.shape[:2]
    layer = np.zeros((high, wide), np.float32)
    sway = 0.01 * wide * np.sin(2.1 * now.seconds)
    for turn in range(7):
        end = (int(wide * turn / 9 + sway), int(high * (1 - turn / 8)))
        cv2.line(layer, (0, 0), end, (70.0,), max(1, wide // 150))
    for ring in range(1, 5):
        radius = int(ring * wide / 12 + sway)
        cv2.circle(layer, (0, 0), radius, (70.0,), max(1, wide // 200))
    return picture + cv2.GaussianBlur(layer, (0, 0), wide / 400)[:, :, None]


def _moved(picture: Pixels, right: float, down: float, roll: float = 0) -> np.ndarray:
    high, wide = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), roll, 1.0)
    matrix[:, 2] += np.array((right, down))
    return cv2.warpAffine(
        picture, matrix, (wide, high), borderMode=cv2.BORDER_REFLECT_101
    )


def _jitter(picture: Pixels, now: Now) -> np.ndarray:
    right, down = now.random.integers(-2, 3, 2)
    return _moved(picture, right, down)


def _clock(picture: Pixels, now: Now) -> np.ndarray:
    drawn = picture.copy()
    wide = picture.shape[1]
    text = f"2026-11-22 18:{int(now.seconds) // 60:02}:{int(now.seconds) % 60:02}"
    place = (wide // 50, wide // 20)
    cv2.putText(drawn, text, place, 0, wide / 900, (255, 255, 255), 2)
    return drawn


def _noise(picture: Pixels, now: Now) -> np.ndarray:
    return picture * 0.5 + now.random.normal(0, 12, picture.shape)


def _drop_out(picture: Pixels, now: Now) -> np.ndarray:
    broken = picture.copy()
    if now.seconds % 2 < 0.6:
        high, wide = picture.shape[:2]
        for x, y in now.random.uniform(0, 0.8, (12, 2)):
            left, top = int(x * wide) & ~15, int(y * high) & ~15
            block = broken[top : top + 48, left : left + 96]
            block[:] = np.roll(block, 16, axis=1)[::-1]
    return broken


def _hand(picture: Pixels, now: Now) -> np.ndarray:
    high, wide = picture.shape[:2]
    shade = np.linspace(18, 60, wide)[None, :, None] + np.zeros((high, 1, 3))
    return shade + now.random.normal(0, 2, picture.shape)


def _hand_slowly(picture: Pixels, now: Now) -> np.ndarray:
    share = min(1.0, now.seconds / COVERING_S)
    edge = int(share * picture.shape[1])
    covered = picture.copy().astype(np.float32)
    covered[:, :edge] = _hand(picture, now)[:, :edge]
    return covered


def _spray(picture: Pixels, now: Now) -> np.ndarray:
    share = 0.97 * min(1.0, now.seconds / COVERING_S)
    return picture * (1 - share) + 150 * share


def _defocus(picture: Pixels, _: Now) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 150)


def _defocus_much(picture: Pixels, _: Now) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 40)


def _pan(picture: Pixels, _: Now) -> np.ndarray:
    return _moved(picture, 0.06 * picture.shape[1], 0)  # 5 degrees of 83


def _tilt(picture: Pixels, _: Now) -> np.ndarray:
    return _moved(picture, 0, 0.06 * picture.shape[1])


def _roll(picture: Pixels, _: Now) -> np.ndarray:
    return _moved(picture, 0, 0, roll=5)


def _away(picture: Pixels, _: Now) -> np.ndarray:
    return np.rot90(picture, 2)


def _black(picture: Pixels, now: Now) -> np.ndarray:
    return now.random.normal(2, 1, picture.shape)


NUISANCES: dict[str, Change] = {
    "infrared switch": _infrared,
    "light step down": _light_step,
    "light step up": _light_up,
    "exposure ramp": _ramp,
    "headlight sweep": _headlight,
    "rain": _rain,
    "insect": _insect,
    "web": _web,
    "jitter": _jitter,
    "clock": _clock,
    "noise": _noise,
    "drop-outs": _drop_out,
}
ATTACKS: dict[str, tuple[str, Change | None]] = {
    "covered fast": ("covered", _hand),
    "covered slowly": ("covered", _hand_slowly),
    "sprayed": ("covered", _spray),
    "defocused": ("defocused", _defocus),
    "defocused much": ("defocused", _defocus_much),
    "panned": ("turned", _pan),
    "tilted": ("turned", _tilt),
    "rolled": ("turned", _roll),
    "turned away": ("turned", _away),
    "black": ("black", _black),
    "frozen": ("frozen", None),
    "looped": ("looping", None),
}


def staged(
    name: str, pictures: Iterable[Pixels], begin: float, end: float, rate: float
) -> Iterator[Pixels]:
    """Play pictures with a nuisance or an attack put on; other names change nothing."""
    past: deque[Pixels] = deque(maxlen=round(LOOP_S * rate))
    change = NUISANCES.get(name) or ATTACKS.get(name, ("", None))[1]
    random = np.random.default_rng(SEED)
    for number, picture in enumerate(pictures):
        seconds = number / rate
        if not begin <= seconds < end:
            past.append(picture)
            yield picture
        elif change is not None:
            yield _clip(change(picture, Now(seconds - begin, end - begin, random)))
        elif name == "frozen":
            yield past[-1]
        elif name == "looped":
            past.rotate(-1)
            yield past[-1]
        else:
            yield picture


def still_of(picture: Pixels, number: int, rate: float) -> Still:
    """Make a still of a BGR picture, as a film gives it out."""
    planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
    high = picture.shape[0]
    return Still(Moment(number, number / rate), planes[:high], lambda: planes)
