"""A scene that draws itself, for machines without footage: `made:SEED`.

A yard with a wall, a gate and a lamp; people walk in, stand still, and leave, with a
soft shadow. Light drifts, the sensor is noisy. The same seed gives the same pictures,
and `visits` says when somebody is there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from edge.errors import FilmError, Loss
from edge.sight.picture import Moment, Pixels, Still

SCHEME = "made:"
HEIGHT, WIDTH = 360, 640  # px
RATE = 10  # frames a second
FIRST_VISIT_S = 8.0
WALK_S = (3.0, 6.0)  # from the edge to the place where one stands, and back
STAND_S = (4.0, 15.0)
PAUSE_S = (8.0, 20.0)  # between two people
NOISE = 2.5  # standard deviation of the sensor, in levels
DRIFT = 6.0  # levels by which daylight comes and goes
DRIFT_S = 240.0  # period of the drift
GROUND = 210  # px from the top; people stand below
SWAY = 1.5  # px; nobody stands like a post
STEPS_HZ = 1.8


@dataclass(frozen=True, slots=True)
class Visit:
    """One person, in seconds since the film began: in, stands, turns, gone."""

    enters: float
    stands: float
    turns: float
    leaves: float
    from_left: bool
    place: float  # fraction of the width where the person stands
    depth: float  # 0 far, 1 near
    coat: int  # brightness

    def across(self, seconds: float) -> float:
        """Return where the person is, as a fraction of the width; outside if away."""
        outside = -0.08 if self.from_left else 1.08
        if seconds < self.stands:
            share = (seconds - self.enters) / (self.stands - self.enters)
        else:
            share = min(1.0, (self.leaves - seconds) / (self.leaves - self.turns))
        return outside + (self.place - outside) * share


def is_made(source: str) -> bool:
    """Say whether a source asks for a drawn scene."""
    return source.startswith(SCHEME)


def visits(seed: int) -> Iterator[Visit]:
    """Yield the time line of a scene, without end."""
    random = np.random.default_rng(seed)
    now = FIRST_VISIT_S
    while True:
        walk, stand = random.uniform(*WALK_S), random.uniform(*STAND_S)
        visit = Visit(
            enters=now,
            stands=now + walk,
            turns=now + walk + stand,
            leaves=now + 2 * walk + stand,
            from_left=bool(random.integers(2)),
            place=random.uniform(0.25, 0.75),
            depth=random.uniform(0.2, 1.0),
            coat=int(random.integers(25, 70)),
        )
        yield visit
        now = visit.leaves + random.uniform(*PAUSE_S)


class SceneFilm:
    """The scene as a film: the same face as `edge.camera.film.Film`, and never ends."""

    def __init__(self, source: str, fps: float) -> None:
        try:
            self._seed = int(source.removeprefix(SCHEME))
        except ValueError:
            what = "a made scene is named made:SEED, with a number as its seed"
            raise FilmError(Loss.MISSING, what) from None
        self._fps = fps
        self._yard = _yard(self._seed)
        self.rate = float(RATE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def stills(self) -> Iterator[Still]:
        """Yield the stills to be looked at; those between are not drawn."""
        every = max(1, round(RATE / self._fps))
        coming = visits(self._seed)
        visit = next(coming)
        number = 0
        while True:
            seconds = number / RATE
            if seconds > visit.leaves:
                visit = next(coming)
            yield _still(Moment(number, seconds), self.draw(seconds, number, visit))
            number += every

    def draw(self, seconds: float, number: int, visit: Visit) -> Pixels:
        """Draw one frame (BGR)."""
        picture = self._yard.copy()
        if visit.enters <= seconds <= visit.leaves:
            _draw_person(picture, visit, seconds)
        light = DRIFT * math.sin(2 * math.pi * seconds / DRIFT_S)
        noise = np.random.default_rng((self._seed, number)).normal(
            light, NOISE, (HEIGHT, WIDTH)
        )
        picture += noise[:, :, None].astype(np.float32)
        return picture.clip(0, 255).astype(np.uint8)


def _still(moment: Moment, image: Pixels) -> Still:
    planes = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
    return Still(moment, planes[:HEIGHT], lambda: planes)


def _yard(seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """Draw what stands still: paving, wall, gate, lamp."""
    random = np.random.default_rng(seed)
    yard = np.full((HEIGHT, WIDTH, 3), (118, 122, 124), np.float32)
    yard[: GROUND - 40] = (150, 138, 128)  # the wall
    for row in range(GROUND - 40, HEIGHT, 30):
        cv2.line(yard, (0, row), (WIDTH, row), (104, 108, 110), 1)
    for column in range(-WIDTH, 2 * WIDTH, 70):
        foot = (2 * column - WIDTH // 2, HEIGHT)
        cv2.line(yard, (column, GROUND - 40), foot, (104, 108, 110), 1)
    gate = int(random.integers(60, 180))
    cv2.rectangle(yard, (gate, 60), (gate + 110, GROUND - 40), (84, 74, 66), -1)
    for bar in range(gate, gate + 111, 11):
        cv2.line(yard, (bar, 60), (bar, GROUND - 40), (56, 50, 46), 2)
    lamp = gate + 260
    cv2.line(yard, (lamp, 40), (lamp, GROUND - 30), (70, 70, 70), 4)
    cv2.circle(yard, (lamp, 40), 9, (200, 225, 235), -1)
    texture = random.normal(0, 3, (HEIGHT, WIDTH, 1)).astype(np.float32)
    return yard + texture


def _draw_person(
    picture: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
    visit: Visit,
    seconds: float,
) -> None:
    """Draw a person and the soft shadow that goes with them."""
    tall = 70 + 70 * visit.depth  # px
    walking = not visit.stands <= seconds <= visit.turns
    sway = SWAY * math.sin(1.3 * seconds) + SWAY * math.sin(2.9 * seconds)
    x = visit.across(seconds) * WIDTH + sway
    feet = GROUND + visit.depth * (HEIGHT - GROUND - 25)
    stride = math.sin(2 * math.pi * STEPS_HZ * seconds) if walking else 0.2
    shade = np.ones((HEIGHT, WIDTH), np.float32)
    lean = (round(x + 0.35 * tall), round(feet - 0.02 * tall))
    cv2.ellipse(
        shade, lean, (round(0.4 * tall), round(0.07 * tall)), -4, 0, 360, (0.72,), -1
    )
    picture *= cv2.GaussianBlur(shade, (0, 0), 3)[:, :, None]
    _draw_body(picture, (x, feet, tall), stride, visit.coat)


def _draw_body(
    picture: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
    place: tuple[float, float, float],
    stride: float,
    coat: int,
) -> None:
    x, feet, tall = place
    hip, neck = feet - 0.47 * tall, feet - 0.83 * tall
    for side in (-1, 1):
        foot = (round(x + side * stride * 0.16 * tall), round(feet))
        hips = (round(x + side * 0.04 * tall), round(hip))
        cv2.line(picture, hips, foot, (48, 42, 40), max(3, round(0.09 * tall)))
    body = (round(x), round((hip + neck) / 2))
    size = (round(0.13 * tall), round(0.25 * tall))
    cv2.ellipse(picture, body, size, 0, 0, 360, (coat + 12, coat + 4, coat), -1)
    head = (round(x + 0.01 * tall), round(feet - 0.91 * tall))
    cv2.circle(picture, head, max(3, round(0.075 * tall)), (120, 142, 178), -1)
