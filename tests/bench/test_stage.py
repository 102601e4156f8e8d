"""A recipe is on from its second to its last, in a file that others read too."""

from itertools import pairwise

import numpy as np
import pytest

from edge.sight.picture import Pixels
from tests.bench.recipe import Make, Now, When, staged
from tests.bench.score import Truth
from tests.bench.stage import (
    Clip,
    empty_yard,
    encode,
    frames,
    gaps,
    is_lossless,
    stage,
    when_of_attack,
    when_of_nuisance,
)
from tests.edge_camera.clip import RATE, scene, write_clip

TRUTH = Truth(10.0, 1000, ((100, 200), (260, 300), (400, 500)))
ADDS = Make("ten levels more", lambda picture, _: picture + np.int16(10))


def numbered(count: int) -> list[Pixels]:
    return [np.full((32, 48, 3), number, np.uint8) for number in range(count)]


def shown(make: Make, when: When, count: int = 40) -> list[int]:
    return [int(one[0, 0, 0]) for one in staged(make, numbered(count), when, 10.0)]


def test_a_change_is_on_from_its_begin_to_its_end():
    said = shown(ADDS, When(1.0, 2.0))
    assert said == [n + 10 if 10 <= n < 20 else n for n in range(40)]


def test_a_change_is_told_since_when_and_how_long():
    seen: list[Now] = []

    def note(picture: Pixels, now: Now) -> Pixels:
        seen.append(now)
        return picture

    shown(Make("", note, seed=9), When(1.0, 1.3))
    assert [round(now.seconds, 1) for now in seen] == [0.0, 0.1, 0.2]
    assert {(round(now.lasts, 1), now.seed) for now in seen} == {(0.3, 9)}


def test_a_frozen_film_shows_its_last_picture_and_then_goes_on():
    assert shown(Make("", None), When(1.0, 2.0)) == [
        9 if 10 <= n < 20 else n for n in range(40)
    ]


def test_a_loop_shows_its_last_seconds_again():
    said = shown(Make("", None, again_s=0.5), When(1.0, 2.2))
    assert said[10:22] == [5, 6, 7, 8, 9, 5, 6, 7, 8, 9, 5, 6]
    assert said[22:] == list(range(22, 40))


def test_what_is_put_on_otherwise_is_on_all_the_rest():
    make = Make("", ADDS.change, otherwise=lambda picture, _: picture + np.int16(5))
    said = shown(make, When(1.0, 2.0))
    assert said == [n + 10 if 10 <= n < 20 else n + 5 for n in range(40)]


def test_the_first_make_begins_in_the_longest_gap_and_stays():
    assert gaps(TRUTH) == [(20.0, 26.0), (30.0, 40.0)]
    assert when_of_nuisance(TRUTH, 0) == When(35.0)


def test_the_second_begins_in_the_first_gap_and_ends_and_others_are_always_on():
    assert when_of_nuisance(TRUTH, 1) == When(23.0, 73.0)
    assert when_of_nuisance(TRUTH, 2) == When(0.0)
    assert when_of_nuisance(Truth(5.0, 100, ()), 1) == When(10.0)


def test_an_attack_lasts_until_it_can_be_judged():
    assert when_of_attack(TRUTH, Make("")) == When(23.0, 36.0)
    slow = when_of_attack(TRUTH, Make("", half_s=10.0))
    assert slow == When(20.4, 43.4)
    assert slow.begin + 10.0 + 10.0 < slow.end


@pytest.mark.parametrize("lossless", [True, False])
def test_what_is_written_has_the_recipe_at_its_time(tmp_path, lossless):
    path = write_clip(tmp_path / "clip.mkv", scene(4))
    clip = Clip(path, Truth(RATE, 40, ()))
    make = Make("", lambda picture, _: picture * np.float32(0.5))
    made = stage(clip, tmp_path / "made.mkv", make, When(1.0, 3.0), lossless=lossless)
    means = [one.mean() for one in frames(made.path)]
    assert len(means) == 40
    assert all((mean < 70) == (10 <= n < 30) for n, mean in enumerate(means))


def test_odd_makes_keep_each_pixel_and_even_ones_do_not(tmp_path):
    assert [is_lossless(number) for number in range(3)] == [True, False, True]
    still = [next(scene(1))] * 30
    differ = []
    for lossless in (True, False):
        encode(still, tmp_path / "still.mkv", 10.0, lossless=lossless)
        pairs = pairwise(frames(tmp_path / "still.mkv"))
        differ.append(sum(not np.array_equal(one, other) for one, other in pairs))
    assert differ[0] == 0 < differ[1]


def test_a_clip_is_cut_with_its_labels(tmp_path):
    path = write_clip(tmp_path / "clip.mkv", scene(4))
    clip = Clip(path, Truth(RATE, 40, ((2, 8), (15, 30)))).until(2.0)
    assert clip.truth == Truth(RATE, 20, ((2, 8),))
    assert sum(1 for _ in clip.pictures()) == 20


def test_nobody_comes_to_the_empty_yard():
    yard = list(empty_yard("made:5", Truth(1.0, 30, ())))
    means = np.stack([one.astype(np.float32) for one in yard])
    light = means.mean(axis=(1, 2, 3), keepdims=True)
    assert len(yard) == 30
    assert np.abs(means - light - (means - light).mean(axis=0)).max() < 20
