"""What weather, light, insects and people do to a picture, made at known times.

Each is a pure function of (picture, seconds since it began): the same seed gives the
same pixels. Pictures are BGR and are not changed in place. They are put on decoded
pictures, so what an encoder would make of them is not in them.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels

Nuisance = Callable[[Pixels, float], Pixels]
Real = NDArray[np.float32]

SEED = 62676


def _random(name: int, seconds: float) -> np.random.Generator:
    return np.random.default_rng((SEED, name, round(seconds * 1000)))


def _bytes(image: NDArray[np.floating]) -> Pixels:
    return image.clip(0, 255).astype(np.uint8)


def infrared_switch(picture: Pixels, _: float) -> Pixels:
    """The filter swings away: no colour, another gain, a lamp of the camera's own."""
    grey = picture.mean(axis=2)
    height, width = grey.shape
    rows, columns = np.mgrid[0:height, 0:width]
    off = np.hypot(rows / height - 0.5, columns / width - 0.5)
    lit = (grey * 0.7 + 45) * (1.25 - 0.6 * off)
    return np.repeat(_bytes(lit)[:, :, None], 3, axis=2)


def light_step(picture: Pixels, _: float) -> Pixels:
    """A lamp goes on: 40 % brighter at once."""
    return _bytes(picture * np.float32(1.4))


def exposure_ramp(picture: Pixels, seconds: float) -> Pixels:
    """The camera closes its iris over 10 s, by 40 %."""
    return _bytes(picture * np.float32(1 - 0.4 * min(1.0, seconds / 10)))


def headlight_sweep(picture: Pixels, seconds: float) -> Pixels:
    """A car's light wanders across in 3 s, every 15 s."""
    height, width = picture.shape[:2]
    share = (seconds % 15) / 3
    if share > 1:
        return picture
    columns = np.arange(width, dtype=np.float32)
    middle = (1.4 * share - 0.2) * width
    glow = 110 * np.exp(-(((columns - middle) / (0.12 * width)) ** 2))
    rows = np.linspace(0.4, 1.0, height, dtype=np.float32)
    return _bytes(picture + (rows[:, None] * glow)[:, :, None])


def rain(picture: Pixels, seconds: float) -> Pixels:
    """Sixty streaks, elsewhere in each picture."""
    height, width = picture.shape[:2]
    random = _random(1, seconds)
    streaks = np.zeros((height, width), np.uint8)
    for _ in range(60):
        x, y = int(random.integers(width)), int(random.integers(height))
        long = int(random.integers(height // 24, height // 10))
        cv2.line(streaks, (x, y), (x + long // 6, y + long), (70,), 1)
    soft = cv2.GaussianBlur(streaks, (3, 3), 0)
    return _bytes(picture.astype(np.float32) + soft[:, :, None])


def insect(picture: Pixels, seconds: float) -> Pixels:
    """A moth near the lens for a second in every five: large, blurred, quick."""
    if seconds % 5 > 1:
        return picture
    height, width = picture.shape[:2]
    turn = 2 * math.pi * seconds
    x = width * (0.5 + 0.35 * math.sin(1.7 * turn))
    y = height * (0.4 + 0.3 * math.cos(2.3 * turn))
    shade = np.zeros((height, width), np.float32)
    size = (round(0.035 * width), round(0.02 * width))
    cv2.ellipse(shade, (round(x), round(y)), size, 40 * turn, 0, 360, (1.0,), -1)
    soft = cv2.GaussianBlur(shade, (0, 0), 0.012 * width)[:, :, None]
    return _bytes(picture * (1 - 0.7 * soft) + 150 * soft)


def spider_web(picture: Pixels, seconds: float) -> Pixels:
    """Three threads before the lens that sway in the wind."""
    height, width = picture.shape[:2]
    threads = np.zeros((height, width), np.float32)
    for number in range(3):
        sway = 0.02 * width * math.sin(2 * math.pi * (0.7 * seconds + number / 3))
        top = (round(width * (0.2 + 0.3 * number) + sway), 0)
        foot = (round(width * (0.35 + 0.2 * number) - sway), height)
        cv2.line(threads, top, foot, (1.0,), max(2, width // 200))
    soft = cv2.GaussianBlur(threads, (0, 0), 2)[:, :, None]
    return _bytes(picture + 60 * soft)


def jitter(picture: Pixels, seconds: float) -> Pixels:
    """A mast in the wind: up to 2 pixels in any direction."""
    across, down = _random(2, seconds).integers(-2, 3, 2).tolist()
    move: Real = np.array([[1, 0, across], [0, 1, down]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpAffine(picture, move, size, borderMode=cv2.BORDER_REPLICATE)
    return moved.astype(np.uint8, copy=False)


def clock(picture: Pixels, seconds: float) -> Pixels:
    """The camera writes the time into its picture."""
    image = picture.copy()
    words = f"2026-11-22 03:{int(seconds // 60):02}:{int(seconds % 60):02}"
    at, size = (12, 28), 0.8
    cv2.putText(image, words, at, cv2.FONT_HERSHEY_PLAIN, 2 * size, (255,) * 3, 2)
    return image


def low_light(picture: Pixels, seconds: float) -> Pixels:
    """Dusk: a third of the light, and the noise of a gain that makes up for it."""
    noise = _random(3, seconds).normal(0, 9, picture.shape[:2]).astype(np.float32)
    return _bytes(picture * np.float32(0.35) + 8 + noise[:, :, None])


NUISANCES: dict[str, Nuisance] = {
    "infrared switch": infrared_switch,
    "light step": light_step,
    "exposure ramp": exposure_ramp,
    "headlight": headlight_sweep,
    "rain": rain,
    "insect": insect,
    "spider web": spider_web,
    "jitter": jitter,
    "clock": clock,
    "low light": low_light,
}
