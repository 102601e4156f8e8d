"""A look is judged again where it shows news, and at least once a second."""

import cv2
import numpy as np
import pytest

from edge.sight.motion import Motion, Started
from edge.sight.picture import Moment, Pixels
from edge.sight.scenery import Scenery
from edge.sight.shape import WHOLE
from edge.sight.stillness import FIDGETS, LONGEST_S, Stillness

HIGH, WIDE = 90, 160
THRESHOLD = 18.0
NOISE = 0.5


def ground() -> Pixels:
    """Draw a scene with light and dark parts."""
    chance = np.random.default_rng(3)
    coarse = chance.integers(30, 200, (9, 16), dtype=np.uint8)
    fine = cv2.resize(coarse, (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
    return fine.astype(np.uint8)


def figure(
    picture: Pixels, left: float, top: int, size: tuple[int, int], levels: int
) -> Pixels:
    """Add a lighter figure (wide, high); `left` may be within a pixel."""
    plane = np.zeros(picture.shape, np.float32)
    plane[top : top + size[1], 20 : 20 + size[0]] = levels
    shift = np.array([[1, 0, left - 20], [0, 1, 0]], np.float32)
    moved = cv2.warpAffine(plane, shift, (WIDE, HIGH))
    lighter: Pixels = np.clip(picture + moved, 0, 255).astype(np.uint8)
    return lighter


def plane_of(left: int, top: int, size: tuple[int, int]) -> Pixels:
    """Give 255 where a thing was seen."""
    plane = np.zeros((HIGH, WIDE), np.uint8)
    plane[top : top + size[1], left : left + size[0]] = 255
    return plane


def noisy(picture: Pixels, deviation: float, seed: int) -> Pixels:
    """Add a sensor's noise."""
    grain = np.random.default_rng(seed).normal(0, deviation, picture.shape)
    return np.clip(picture + grain, 0, 255).round().astype(np.uint8)


def judged(picture: Pixels, things: Pixels | None = None) -> Stillness:
    """Give one that was shown a picture at 0 s."""
    stillness = Stillness(THRESHOLD)
    stillness.keep(picture, things, 0.0)
    return stillness


def test_the_first_look_is_judged():
    assert Stillness(THRESHOLD).news(ground(), 0.0, NOISE) == "unjudged"


def test_the_same_picture_is_no_news():
    assert judged(ground()).news(ground(), 0.2, NOISE) is None


def test_a_look_is_judged_once_a_second_whatever_it_shows():
    still = judged(ground())
    assert still.news(ground(), LONGEST_S - 0.01, NOISE) is None
    assert still.news(ground(), LONGEST_S, NOISE) == "long ago"


def test_time_that_goes_back_is_judged():
    assert judged(ground()).news(ground(), -0.1, NOISE) == "long ago"


def test_what_was_forgotten_is_judged():
    still = judged(ground())
    still.forget()
    assert still.news(ground(), 0.2, NOISE) == "unjudged"


@pytest.mark.parametrize("deviation", [0.5, 1.0, 2.0, 4.0])
def test_noise_is_no_news(deviation):
    still = judged(noisy(ground(), deviation, 1))
    looks = [noisy(ground(), deviation, seed) for seed in range(2, 12)]
    assert [still.news(look, 0.2, deviation) for look in looks] == [None] * 10


@pytest.mark.parametrize("levels", [11, -11, 18, 60])
def test_a_dim_small_figure_far_away_is_news(levels):
    """11 levels: the least that a thing must differ by, in the dark."""
    look = figure(ground(), 80.0, 40, (3, 4), levels)
    assert judged(ground()).news(look, 0.2, NOISE) == "elsewhere"


def test_a_figure_that_moves_a_pixel_a_second_becomes_news():
    """What is new is measured against the look judged last: it adds up."""
    size, start = (4, 8), 60
    still = judged(figure(ground(), start, 40, size, 50), plane_of(start, 40, size))
    told = [
        still.news(figure(ground(), start + at, 40, size, 50), at, NOISE)
        for at in (0.2, 0.4, 0.6, 0.8)
    ]
    assert "much" in told


def test_a_ramp_of_light_becomes_news():
    scene = ground()
    still = judged(scene)
    told = [
        still.news((scene * (1 + 0.1 * at)).astype(np.uint8), at, NOISE)
        for at in (0.2, 0.4, 0.6, 0.8)
    ]
    assert told[0] is None
    assert told[-1] == "elsewhere"


def test_a_head_that_turns_is_no_news():
    body, head = (20, 40), (6, 8)
    there = plane_of(60, 30, body)
    seen = figure(ground(), 60.0, 30, body, 50)
    look = figure(seen, 66.0, 30, head, 30)
    assert head[0] * head[1] < FIDGETS * body[0] * body[1]
    assert judged(seen, there).news(look, 0.2, NOISE) is None


def test_somebody_who_sits_down_is_news():
    there = plane_of(60, 30, (20, 40))
    seen = figure(ground(), 60.0, 30, (20, 40), 50)
    look = figure(ground(), 60.0, 45, (20, 25), 50)
    assert judged(seen, there).news(look, 0.2, NOISE) == "much"


def test_somebody_who_comes_beside_one_who_stands_is_news():
    there = plane_of(60, 30, (20, 40))
    seen = figure(ground(), 60.0, 30, (20, 40), 50)
    look = figure(seen, 120.0, 40, (3, 4), 30)
    assert judged(seen, there).news(look, 0.2, NOISE) == "elsewhere"


@pytest.fixture
def judgements(monkeypatch) -> list[float]:
    """Record at which seconds the scenery was asked."""
    asked: list[float] = []
    look = Scenery.look

    def recorded(self, small, moment, held, chroma):
        asked.append(moment.seconds)
        return look(self, small, moment, held, chroma)

    monkeypatch.setattr(Scenery, "look", recorded)
    return asked


def watch(pictures: list[Pixels]) -> list[tuple[float, object]]:
    """Look at five pictures a second; return what was decided, and when."""
    motion = Motion((("1", WHOLE),), (HIGH, WIDE))
    told: list[tuple[float, object]] = []
    for number, picture in enumerate(pictures):
        moment = Moment(number, number / 5)
        told += [(moment.seconds, one) for one in motion.look(picture, moment)]
    return told


def test_a_calm_scene_is_judged_once_a_second(judgements):
    told = watch([noisy(ground(), 1.0, seed) for seed in range(100)])
    assert told == []
    calm = [at for at in judgements if at >= 10.0]
    assert len(calm) == 10


def test_who_walks_is_judged_in_each_look(judgements):
    scene = [noisy(ground(), 1.0, seed) for seed in range(50)]
    walks = [
        figure(one, 10.0 + 2 * at, 30, (10, 30), 60) for at, one in enumerate(scene)
    ]
    told = watch([*scene, *walks])
    assert sum(at >= 10.0 for at in judgements) >= 48
    starts = [at for at, one in told if isinstance(one, Started)]
    assert len(starts) == 1
    assert 10.0 <= starts[0] <= 11.0


def test_who_stands_is_still_there_and_judged_less_often(judgements):
    scene = [noisy(ground(), 1.0, seed) for seed in range(125)]
    places = [*range(10, 60, 2), *[60] * 75]
    walks = [
        figure(one, float(left), 30, (10, 30), 60)
        for one, left in zip(scene[25:], places, strict=True)
    ]
    told = watch([*scene[:25], *walks])
    assert [type(one).__name__ for _, one in told] == ["Started"]
    stood = [at for at in judgements if at >= 15.0]
    assert len(stood) <= 20  # of 50 looks
