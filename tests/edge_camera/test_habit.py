"""What each pixel has looked like, asked tile by tile."""

import cv2
import numpy as np
import pytest

from edge.sight.background import SHADOW
from edge.sight.habit import REST, SEEDING, SEEDS, SHADOW_DEPTH, TILE, Habits
from edge.sight.limit import limits
from edge.sight.picture import Pixels

NEAR = 12.0
SIZE = (90, 160)
ALL = np.full(SIZE, 255, np.uint8)
NONE = np.zeros(SIZE, np.uint8)
SLOW = 0.002  # a look


def scene(size: tuple[int, int] = SIZE) -> Pixels:
    noise = np.random.default_rng(3).normal(110, 25, size)
    return cv2.GaussianBlur(noise.astype(np.float32), (9, 9), 3).astype(np.uint8)


def with_a_thing(
    where: tuple[slice, slice] = (slice(30, 50), slice(60, 75)), by: int = 60
) -> Pixels:
    picture = scene()
    picture[where] += np.uint8(by)
    return picture


def one_model_of_all(picture: Pixels) -> cv2.BackgroundSubtractorKNN:
    knn = cv2.createBackgroundSubtractorKNN(500, NEAR * NEAR, detectShadows=True)
    knn.setShadowThreshold(SHADOW_DEPTH)
    for _ in range(SEEDS):
        knn.apply(picture, learningRate=SEEDING)
    return knn


@pytest.mark.parametrize("size", [(90, 160), (120, 160), (91, 160), (213, 160)])
def test_tiles_tell_what_one_model_of_the_whole_picture_tells(size):
    known = scene(size)
    now = known.copy()
    now[7:31, 13:88] += 50
    now[40:60, 100:120] = now[40:60, 100:120] * 0.75
    every = np.full(size, 255, np.uint8)
    told = Habits(NEAR, known).ask(now, every, SLOW)
    assert (told == one_model_of_all(known).apply(now, learningRate=SLOW)).all()
    assert set(np.unique(told)) == {0, 127, 255}


def test_a_scene_is_known_from_its_first_look():
    habits = Habits(NEAR, scene())
    assert not habits.ask(scene(), ALL, SLOW).any()
    assert (habits.ask(with_a_thing(), ALL, SLOW) >= SHADOW).sum() == 20 * 15


def test_only_the_tiles_that_are_asked_for_answer():
    habits = Habits(NEAR, scene())
    picture = 255 - scene()
    asked = NONE.copy()
    asked[40, 70] = 255  # in the tile from (36, 60)
    habits.ask(scene(), NONE, SLOW)
    told = habits.ask(picture, asked, SLOW)
    down, across = TILE
    assert (told[36 : 36 + down, 60 : 60 + across] > 0).mean() > 0.5
    quiet = np.count_nonzero(told) - np.count_nonzero(
        told[36 : 36 + down, 60 : 60 + across]
    )
    assert quiet <= 3 * down * across  # of those whose turn it was to learn


def test_what_was_told_in_the_look_before_is_not_told_again():
    habits = Habits(NEAR, scene())
    assert (habits.ask(with_a_thing(), ALL, SLOW) >= SHADOW).sum() >= 200
    assert (habits.ask(scene(), NONE, SLOW) >= SHADOW).sum() == 0


def test_a_tile_that_is_never_asked_gets_used_to_what_stays_there():
    habits = Habits(NEAR, scene())
    for _ in range(500):  # 100 s
        habits.ask(with_a_thing(), NONE, SLOW)
    assert (habits.ask(with_a_thing(), ALL, SLOW) >= SHADOW).sum() <= 15


def test_each_tile_has_its_turn():
    habits = Habits(NEAR, scene())
    seen = np.zeros(SIZE, np.bool_)
    for _ in range(REST):
        seen |= habits.ask(255 - scene(), NONE, SLOW) > 0
    assert seen.mean() > 0.9


def test_one_film_tells_the_same_each_time():
    def run() -> Pixels:
        habits = Habits(NEAR, scene())
        noise = np.random.default_rng(8)
        told = []
        for _ in range(60):
            picture = with_a_thing() + noise.integers(0, 15, SIZE, dtype=np.uint8)
            told.append(habits.ask(picture, ALL, 0.02).copy())
        return np.array(told)

    first = run()
    cv2.randu(
        np.zeros((5, 5), np.uint8), np.zeros(1), np.full(1, 9.0)
    )  # somebody else's random numbers
    assert (first == run()).all()


def test_in_the_dark_fewer_levels_are_enough():
    table = limits(18.0, 5, 18)
    assert table.shape == (256,)
    assert table[0] < table[60] < table[110]
    assert (np.diff(table.astype(int)) >= 0).all()
    assert table.max() == 18
    assert limits(18.0, 12, 18).min() == 12


def test_where_somebody_is_held_nearly_nothing_is_learned():
    here = (slice(30, 50), slice(60, 75))
    there = (slice(30, 50), slice(100, 115))
    habits = Habits(NEAR, scene())
    picture = with_a_thing(here)
    picture[there] += 60
    told = ALL >= SHADOW
    for _ in range(300):  # 60 s
        told = habits.ask(picture, ALL, SLOW, (here,)) >= SHADOW
    assert told[here].mean() > 0.9
    assert told[there].mean() < 0.3
