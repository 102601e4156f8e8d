"""What weather, light, insects and people do to a picture; each in several makes.

The first make of each begins in the longest idle gap and lasts to the end; the others
begin in another gap and end again. Lost packets are `tests.bench.dropout`.
"""

import math
from functools import partial

import cv2
import numpy as np

from edge.sight.picture import Pixels
from tests.bench.recipe import Make, Now, moved


def infrared(picture: Pixels, _: Now) -> np.ndarray:
    """The filter swings away: no colour, another gain, a lamp of the camera's own."""
    grey = picture.mean(axis=2, dtype=np.float32)
    height, width = grey.shape
    y, x = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    lit = (grey * 0.7 + 45) * (1.25 - 0.6 * np.hypot(x, y))
    return np.repeat(lit[:, :, None], 3, axis=2)


def infrared_lamp(picture: Pixels, now: Now) -> np.ndarray:
    """A cheap lamp: bright in the middle, dark at the edge, and noise."""
    grey: np.ndarray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    high, wide = grey.shape
    y, x = np.ogrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    lamp = 1.5 * np.exp(-(x * x + y * y))
    lit = grey * lamp.astype(np.float32) + now.grain(grey.shape, 3.0)
    return np.repeat(lit[:, :, None], 3, axis=2)


def light(picture: Pixels, _: Now, *, factor: float) -> np.ndarray:
    """A lamp goes on or off, at once."""
    return picture * np.float32(factor)


def ramp(picture: Pixels, now: Now, *, depth: float, takes: float) -> np.ndarray:
    """The camera closes its iris over some seconds, and leaves it so."""
    return picture * np.float32(1 - depth * min(1.0, now.seconds / takes))


def swell(picture: Pixels, now: Now, *, depth: float) -> np.ndarray:
    """The exposure sinks and comes back while this lasts, or over a minute."""
    share = min(1.0, now.seconds / min(now.lasts, 60.0))
    left = np.float32(1 - depth * math.sin(math.pi * share))
    return np.multiply(picture, left)


def headlight_beam(picture: Pixels, now: Now) -> np.ndarray:
    """A car's light wanders across in 3 s, every 15 s."""
    height, width = picture.shape[:2]
    share = (now.seconds % 15) / 3
    if share > 1:
        return picture
    columns = np.arange(width, dtype=np.float32)
    middle = (1.4 * share - 0.2) * width
    glow = 110 * np.exp(-(((columns - middle) / (0.12 * width)) ** 2))
    rows = np.linspace(0.4, 1.0, height, dtype=np.float32)
    lit: np.ndarray = picture + (rows[:, None] * glow)[:, :, None].astype(np.float32)
    return lit


def headlight_spot(picture: Pixels, now: Now) -> np.ndarray:
    """One pair of lamps after another, each across in 4 s."""
    high, wide = picture.shape[:2]
    place = now.seconds / 4 % 1.4 - 0.2
    y, x = np.ogrid[0 : high / wide : high * 1j, 0 : 1 : wide * 1j]
    spot = np.exp(-(((x - place) / 0.15) ** 2) - ((y - 0.35) / 0.2) ** 2)
    return picture + (220 * spot)[:, :, None].astype(np.float32)


def rain(picture: Pixels, now: Now, *, drops: int, level: float) -> np.ndarray:
    """Streaks, elsewhere in each picture; a tenth of the width in height at most."""
    high, wide = picture.shape[:2]
    layer = np.zeros((high, wide), np.float32)
    chance = now.chance()
    for x, y, size in chance.uniform(0, 1, (drops, 3)):
        top = (int(x * wide), int(y * high))
        long = wide * (0.025 + 0.035 * size)
        foot = (int(top[0] + long / 6), int(top[1] + long))
        cv2.line(layer, top, foot, (level,), max(1, wide // 400))
    return picture + cv2.GaussianBlur(layer, (3, 3), 0)[:, :, None]


def moth(picture: Pixels, now: Now) -> np.ndarray:
    """A moth near the lens for a second in every five: large, blurred, quick."""
    if now.seconds % 5 > 1:
        return picture
    height, width = picture.shape[:2]
    turn = 2 * math.pi * now.seconds
    x = width * (0.5 + 0.35 * math.sin(1.7 * turn))
    y = height * (0.4 + 0.3 * math.cos(2.3 * turn))
    shade = np.zeros((height, width), np.float32)
    size = (round(0.035 * width), round(0.02 * width))
    cv2.ellipse(shade, (round(x), round(y)), size, 40 * turn, 0, 360, (1.0,), -1)
    soft = cv2.GaussianBlur(shade, (0, 0), 0.012 * width)[:, :, None]
    return picture * (1 - 0.7 * soft) + 150 * soft


def fly(picture: Pixels, now: Now) -> np.ndarray:
    """A fly that the camera's own lamp lights, round and round all the time."""
    high, wide = picture.shape[:2]
    layer = np.zeros((high, wide), np.float32)
    x = 0.5 + 0.4 * math.sin(1.7 * now.seconds) + 0.05 * math.sin(11 * now.seconds)
    y = 0.5 + 0.4 * math.cos(2.3 * now.seconds)
    cv2.circle(layer, (int(x * wide), int(y * high)), wide // 16, (1.0,), -1)
    soft = cv2.GaussianBlur(layer, (0, 0), wide / 60)[:, :, None]
    return picture * (1 - soft) + 200 * soft


def threads(picture: Pixels, now: Now) -> np.ndarray:
    """Three threads before the lens that sway in the wind."""
    height, width = picture.shape[:2]
    layer = np.zeros((height, width), np.float32)
    for number in range(3):
        sway = math.sin(2 * math.pi * (0.7 * now.seconds + number / 3)) * 0.02 * width
        top = (round(width * (0.2 + 0.3 * number) + sway), 0)
        foot = (round(width * (0.35 + 0.2 * number) - sway), height)
        cv2.line(layer, top, foot, (1.0,), max(2, width // 200))
    return picture + 60 * cv2.GaussianBlur(layer, (0, 0), 2)[:, :, None]


def corner_web(picture: Pixels, now: Now) -> np.ndarray:
    """A web in a corner, rings and all, swaying."""
    high, wide = picture.shape[:2]
    layer = np.zeros((high, wide), np.float32)
    sway = 0.01 * wide * math.sin(2.1 * now.seconds)
    for turn in range(7):
        end = (int(wide * turn / 9 + sway), int(high * (1 - turn / 8)))
        cv2.line(layer, (0, 0), end, (70.0,), max(1, wide // 150))
    for ring in range(1, 5):
        radius = int(ring * wide / 12 + sway)
        cv2.circle(layer, (0, 0), radius, (70.0,), max(1, wide // 200))
    return picture + cv2.GaussianBlur(layer, (0, 0), wide / 400)[:, :, None]


def jitter(picture: Pixels, now: Now) -> np.ndarray:
    """A mast that trembles: up to 2 pixels in any direction, each picture anew."""
    right, down = now.chance().integers(-2, 3, 2).tolist()
    return moved(picture, right, down)


def sway(picture: Pixels, now: Now) -> np.ndarray:
    """A mast in the wind: 2 pixels to and fro at 0.8 Hz, by parts of a pixel."""
    right = 2 * math.sin(2 * math.pi * 0.8 * now.seconds)
    return moved(picture, right, math.sin(2 * math.pi * 0.5 * now.seconds))


def clock(
    picture: Pixels, now: Now, *, corner: tuple[float, float], size: float, box: bool
) -> np.ndarray:
    """The camera writes the time into its picture; `corner` in fractions of it."""
    drawn = picture.copy()
    high, wide = picture.shape[:2]
    minutes, seconds = divmod(int(now.seconds), 60)
    text = f"2026-11-22 03:{minutes % 60:02}:{seconds:02}"
    scale, thick = size * wide / 900, max(1, round(wide / 400))
    (across, down), below = cv2.getTextSize(text, 0, scale, thick)
    left, foot = int(corner[0] * wide), int(corner[1] * high)
    if box:
        right_foot = (left + across, foot + below)
        cv2.rectangle(drawn, (left, foot - down), right_foot, (0, 0, 0), -1)
    cv2.putText(drawn, text, (left, foot), 0, scale, (255, 255, 255), thick)
    return drawn


def dusk(picture: Pixels, now: Now, *, gain: float, noise: float) -> np.ndarray:
    """Little light, and the noise of a gain that makes up for some of it."""
    grain = now.grain(picture.shape[:2], noise)
    return picture * np.float32(gain) + 8 + grain[:, :, None]


def colour_noise(picture: Pixels, now: Now) -> np.ndarray:
    """Half of the light, and a cheap sensor's noise in each colour of its own."""
    return picture * np.float32(0.5) + now.grain(picture.shape, 12.0)


def torn(picture: Pixels, now: Now) -> np.ndarray:
    """Blocks in the wrong place, as drawn: the bench itself loses real packets."""
    broken = picture.copy()
    if now.seconds % 2 < 0.6:
        high, wide = picture.shape[:2]
        for x, y in now.chance().uniform(0, 0.8, (12, 2)):
            left, top = int(x * wide) & ~15, int(y * high) & ~15
            block = broken[top : top + 48, left : left + 96]
            block[:] = np.roll(block, 16, axis=1)[::-1]
    return broken


_TOP = partial(clock, corner=(0.02, 0.08), size=1.0, box=False)
_FOOT = partial(clock, corner=(0.3, 0.96), size=1.2, box=True)

NUISANCES: dict[str, tuple[Make, ...]] = {
    "infrared switch": (
        Make("no colour, 0.7 of the gain, a wide lamp", infrared),
        Make("no colour, a narrow lamp, noise of 3", infrared_lamp, 21),
    ),
    "light step": (
        Make("40 % brighter at once", partial(light, factor=1.4)),
        Make("45 % darker at once", partial(light, factor=0.55)),
    ),
    "exposure ramp": (
        Make("40 % darker within 10 s", partial(ramp, depth=0.4, takes=10.0)),
        Make("50 % darker and back", partial(swell, depth=0.5)),
    ),
    "headlight sweep": (
        Make("a beam, across in 3 s, every 15 s", headlight_beam),
        Make("a bright spot, across in 4 s, again and again", headlight_spot),
    ),
    "rain": (
        Make("60 streaks of 70 levels", partial(rain, drops=60, level=70.0)),
        Make("150 streaks of 90 levels", partial(rain, drops=150, level=90.0), 22),
    ),
    "insect": (
        Make("a moth, 1 s in every 5", moth),
        Make("a bright fly, all the time", fly),
    ),
    "spider web": (
        Make("three threads that sway", threads),
        Make("a web in the corner", corner_web),
    ),
    "jitter": (
        Make("whole pixels, up to 2, each picture anew", jitter, 23),
        Make("2 pixels to and fro at 0.8 Hz", sway),
    ),
    "clock": (
        Make("at the top, white", _TOP),
        Make("at the foot, in a black box", _FOOT),
    ),
    "low light": (
        Make(
            "a third of the light, noise of 9", partial(dusk, gain=0.35, noise=9.0), 24
        ),
        Make("half of the light, noise of 12 in colour", colour_noise, 25),
    ),
}
