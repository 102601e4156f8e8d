"""Rain, snow, insects, webs and leaves, made: a function of (picture, seconds).

The same seed gives the same pixels; pictures (BGR) are not changed in place. Sizes are
fractions of the picture's width, so that a film of any size gets the same weather.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels

Weather = Callable[[Pixels, float], Pixels]
Layer = NDArray[np.float32]

SEED = 20


def _random(name: int, seconds: float) -> np.random.Generator:
    return np.random.default_rng((SEED, name, round(seconds * 1000)))


def _bytes(image: NDArray[np.floating]) -> Pixels:
    return image.clip(0, 255).astype(np.uint8)


def _layer(picture: Pixels) -> Layer:
    return np.zeros(picture.shape[:2], np.float32)


def _add(picture: Pixels, layer: Layer, blur: float) -> Pixels:
    soft = cv2.GaussianBlur(layer, (0, 0), max(0.5, blur * picture.shape[1]))
    return _bytes(picture + soft[:, :, None])


def _mix(picture: Pixels, layer: Layer, level: float, blur: float) -> Pixels:
    """Put something of a brightness before the picture, where the layer is 1."""
    soft = cv2.GaussianBlur(layer, (0, 0), max(0.5, blur * picture.shape[1]))
    share = soft[:, :, None]
    return _bytes(picture * (1 - share) + level * share)


def rain(
    drops: int, long: float, thick: float, slant: float = 0.1, light: float = 110
) -> Weather:
    """Streaks, elsewhere in each picture; `long` and `thick` are at the largest."""

    def fall(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        random, layer = _random(1, seconds), _layer(picture)
        # near drops are few and large, far ones many and small
        near = random.beta(1, 3, drops)
        places = random.uniform(0, 1, (drops, 2))
        for (x, y), size in zip(places, near, strict=True):
            top = (int(x * wide), int(y * high * 1.2 - 0.1 * high))
            down = (0.25 + 0.75 * size) * long * wide
            foot = (int(top[0] + slant * down), int(top[1] + down))
            width = max(1, round(size * thick * wide))
            cv2.line(layer, top, foot, (light * (1 - 0.5 * size),), width)
        return _add(picture, layer, 0.001)

    return fall


def snow(flakes: int, large: float) -> Weather:
    """Flakes that sink and drift, each on its own way; some near, soft and large."""
    random = np.random.default_rng((SEED, 2))
    start = random.uniform(0, 1, (flakes, 2))
    near = random.beta(1, 5, flakes)
    sink = 0.15 + 0.9 * near
    drift = random.normal(0.1, 0.1, flakes) * (0.3 + near)
    phase = random.uniform(0, 6, flakes)

    def fall(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        layer = _layer(picture)
        x = (start[:, 0] + drift * seconds + 0.02 * np.sin(3 * seconds + phase)) % 1
        y = (start[:, 1] + sink * seconds) % 1
        for left, top, size in zip(x, y, near, strict=True):
            radius = max(1, round(size * large * wide))
            light = 150 * (1 - 0.5 * size)
            cv2.circle(layer, (int(left * wide), int(top * high)), radius, (light,), -1)
        return _add(picture, layer, 0.002)

    return fall


def fly(every: float, size: float, pace: float, level: float = 190) -> Weather:
    """An insect crosses before the lens, never twice the same way.

    One in each `every` seconds; it takes a picture's width in 1 / `pace` seconds.
    """

    def cross(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        turn, since = divmod(seconds, every)
        random = _random(3, turn)
        angle, wobble = random.uniform(0, 2 * math.pi), random.uniform(3, 9)
        way = pace * since - 0.6
        bend = 0.12 * math.sin(wobble * since)
        x = 0.5 + way * math.cos(angle) - bend * math.sin(angle)
        y = 0.5 + way * math.sin(angle) + bend * math.cos(angle)
        layer = _layer(picture)
        body = (round(size * wide), round(0.6 * size * wide))
        place = (round(x * wide), round(y * high))
        cv2.ellipse(layer, place, body, math.degrees(angle), 0, 360, (1.0,), -1)
        return _mix(picture, layer, level, size / 3)

    return cross


def swarm(count: int, size: float) -> Weather:
    """Insects that dance round a lamp: each hovers about a place of its own."""
    random = np.random.default_rng((SEED, 4))
    homes = random.uniform(0.2, 0.8, (count, 2))
    speeds = random.uniform(5, 13, (count, 4))

    def dance(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        layer = _layer(picture)
        for (x, y), (a, b, c, d) in zip(homes, speeds, strict=True):
            left = x + 0.08 * math.sin(a * seconds) + 0.07 * math.sin(b * seconds)
            top = y + 0.12 * math.cos(c * seconds) + 0.1 * math.sin(d * seconds)
            place = (round(left * wide), round(top * high))
            cv2.circle(layer, place, round(size * wide), (1.0,), -1)
        return _mix(picture, layer, 200, size / 3)

    return dance


def crawl(size: float, level: float = 205) -> Weather:
    """A spider walks over the lens: large, out of focus, with pauses and turns."""

    def walk(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        layer = _layer(picture)
        on = seconds - 0.8 * math.sin(seconds)  # it goes in fits and starts
        x = 0.5 + 0.32 * math.sin(0.23 * on) + 0.1 * math.sin(0.71 * on)
        y = 0.5 + 0.3 * math.cos(0.31 * on) + 0.1 * math.cos(0.83 * on)
        place = (round(x * wide), round(y * high))
        body = (round(size * wide), round(0.8 * size * wide))
        cv2.ellipse(layer, place, body, 40 * math.sin(on), 0, 360, (1.0,), -1)
        for leg in range(6):
            turn = leg * math.pi / 3 + 0.4 * math.sin(7 * on + leg)
            foot = (
                round(place[0] + 2 * size * wide * math.cos(turn)),
                round(place[1] + 2 * size * wide * math.sin(turn)),
            )
            cv2.line(layer, place, foot, (1.0,), max(1, round(0.3 * size * wide)))
        return _mix(picture, layer, level, size / 4)

    return walk


def branch(
    reach: float, sway: float, *, shadow: bool = False, left: float = 0.0
) -> Weather:
    """A branch with leaves hangs in from above and sways in gusts.

    `reach` is how far it comes down, `sway` how far its end goes, in picture widths.
    With `shadow` the ground below darkens along with it instead of leaves being seen.
    """
    random = np.random.default_rng((SEED, 5))
    leaves = random.uniform(0, 1, (60, 3))
    tones = random.uniform(20, 80, 60)

    def swing(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        gust = 0.6 + 0.4 * math.sin(0.4 * seconds) + 0.3 * math.sin(1.1 * seconds)
        layer, tone = _layer(picture), _layer(picture)
        for (x, y, size), level in zip(leaves, tones, strict=True):
            own = math.sin(2.6 * seconds + 2 * y) + 0.4 * math.sin(
                5.3 * seconds + 9 * x
            )
            move = sway * gust * y * own
            place = (
                round((left + 0.2 * x + move) * wide),
                round(y * reach * wide + 0.3 * abs(move) * wide),
            )
            body = (round((0.006 + 0.012 * size) * wide), round(0.006 * wide))
            cv2.ellipse(layer, place, body, 90 * own, 0, 360, (1.0,), -1)
            cv2.ellipse(tone, place, body, 90 * own, 0, 360, (level,), -1)
        if shadow:
            soft = cv2.GaussianBlur(layer, (0, 0), 0.004 * wide)
            down = np.roll(soft, round(0.6 * high), axis=0)
            return _bytes(picture * (1 - 0.5 * down[:, :, None]))
        share = layer[:, :, None]
        return _bytes(picture * (1 - share) + tone[:, :, None] * share)

    return swing


def web(threads: int, sway: float, light: float) -> Weather:
    """Threads before the lens that shake in the wind, lit by the camera's lamp."""
    random = np.random.default_rng((SEED, 6))
    ends = random.uniform(0, 1, (threads, 3))

    def shake(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        layer = _layer(picture)
        for top, foot, phase in ends:
            bow = sway * math.sin(9 * seconds + 6 * phase)
            bow += sway * math.sin(2.2 * seconds)
            steps = np.linspace(0, 1, 12)
            x = (top + (foot - top) * steps + bow * np.sin(math.pi * steps)) * wide
            line = np.stack([x, steps * high], axis=1).round().astype(np.int32)
            cv2.polylines(layer, [line], False, (light,), max(2, wide // 150))  # noqa: FBT003 - OpenCV knows no names here
        return _add(picture, layer, 0.003)

    return shake


def drops_on_lens(count: int, size: float) -> Weather:
    """Drops run down the glass now and then: large, bright, out of focus."""

    def run(picture: Pixels, seconds: float) -> Pixels:
        high, wide = picture.shape[:2]
        layer = _layer(picture)
        for number in range(count):
            turn, since = divmod(seconds + 2.7 * number, 8)
            random = _random(7, 100 * turn + number)
            x, y = random.uniform(0, 1, 2)
            slide = 0.03 * max(0.0, since - 4) ** 2
            place = (round(x * wide), round((0.7 * y + slide) * high))
            cv2.circle(layer, place, round(size * wide), (0.7,), -1)
        return _mix(picture, layer, 190, size / 3)

    return run


WEATHER: dict[str, Weather] = {
    "drizzle": rain(400, 0.03, 0.003),
    "rain": rain(500, 0.08, 0.008),
    "downpour": rain(1200, 0.15, 0.012, slant=0.4, light=140),
    "rain in the lamp": rain(250, 0.25, 0.02, slant=-0.2, light=200),
    "snow": snow(500, 0.012),
    "snow near": snow(250, 0.04),
    "fly": fly(4.0, 0.04, 1.0),
    "flies": fly(1.5, 0.025, 1.6),
    "dark fly": fly(3.0, 0.03, 1.2, level=15),
    "swarm": swarm(12, 0.012),
    "swarm near": swarm(5, 0.035),
    "spider": crawl(0.05),
    "branch": branch(0.35, 0.05),
    "twig": branch(0.2, 0.02, left=0.7),
    "shadow of a branch": branch(0.35, 0.08, shadow=True, left=0.3),
    "web": web(5, 0.02, 80),
    "web in the lamp": web(9, 0.035, 150),
    "drops on the lens": drops_on_lens(5, 0.04),
}
