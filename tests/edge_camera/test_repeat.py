"""A film in a loop is told from a quiet scene, and from things that sway."""

import cv2
import numpy as np
import pytest

from edge.sight.picture import POINTS, Pixels, points_of
from edge.sight.repeat import LONGEST_S, Repeat

HIGH, WIDE = 180, 320
RATE = 10  # frames a second; every second one is looked at


def noisy(count: int, seed: int = 1, level: float = 2.0) -> list[Pixels]:
    random = np.random.default_rng(seed)
    scene = cv2.GaussianBlur(random.uniform(0, 255, (HIGH, WIDE)), (0, 0), 3)
    return [
        (scene + random.normal(0, level, scene.shape)).clip(0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def verdicts(pictures: list[Pixels], every: int = 2) -> list[bool]:
    """Say of each look whether the film is in a loop by then."""
    repeat, passed, said = Repeat(), [], []
    for number, picture in enumerate(pictures):
        passed.append((number / RATE, points_of(picture)))
        if number % every == 0:
            said.append(repeat.is_looping(passed, number / RATE))
            passed = []
    return said


def first(pictures: list[Pixels]) -> float | None:
    """Return the second at which a loop is noticed first."""
    said = verdicts(pictures)
    return said.index(True) * 2 / RATE if True in said else None


def test_noise_never_repeats_itself():
    assert first(noisy(400)) is None


@pytest.mark.parametrize("length", [20, 51, 53, 120])
def test_a_loop_is_noticed_soon_whatever_its_length_in_looks_a38(length):
    noticed = first(noisy(length) + noisy(length) * (1 + 80 // length))
    assert noticed is not None
    assert length / RATE < noticed <= length / RATE + 6


def test_a_loop_of_half_a_minute_is_noticed_as_it_begins_again_a38():
    noticed = first(noisy(300) * 2)
    assert noticed is not None
    assert 30 < noticed <= 36


def encoded(picture: Pixels, quality: int) -> Pixels:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def test_a_loop_that_was_encoded_again_is_noticed_in_its_second_round():
    pictures = noisy(40, level=6.0)
    again = [encoded(picture, 85) for picture in pictures]
    noticed = first([encoded(picture, 90) for picture in pictures] + again * 3)
    assert noticed is not None
    assert noticed <= 4 + 4 + 6


def swaying(pictures: list[Pixels]) -> list[Pixels]:
    """Move a camera to and fro by 3 px, the same again each second."""
    swing = np.rint(3 * np.sin(np.arange(RATE) * 2 * np.pi / RATE)).astype(int)
    return [
        np.roll(picture, int(swing[n % RATE]), axis=1)
        for n, picture in enumerate(pictures)
    ]


def webbed(pictures: list[Pixels]) -> list[Pixels]:
    """Let threads sway over the whole picture, the same again each two seconds."""
    shown = []
    for number, picture in enumerate(pictures):
        bend = round(12 * np.sin(number * np.pi / RATE))
        webbed = picture.copy()
        for left in range(10, WIDE, 40):
            cv2.line(webbed, (left, 0), (left + bend, HIGH), (230,), 3)
        shown.append(webbed)
    return shown


@pytest.mark.parametrize("nuisance", [swaying, webbed])
def test_what_comes_back_to_its_place_without_its_noise_is_no_loop(nuisance):
    assert first(nuisance(noisy(240))) is None
    assert first(nuisance(noisy(40) * 4)) is not None


def test_what_sways_in_one_corner_does_not_make_a_loop():
    pictures = noisy(240)
    for number, picture in enumerate(pictures):
        left = 20 + 10 * (number % 10)
        picture[10:60, left : left + 8] = 255
    assert first(pictures) is None


@pytest.mark.parametrize("depth", [0.03, 0.3])
def test_a_lamp_that_flickers_over_the_whole_scene_does_not_make_a_loop(depth):
    pictures = [
        (picture * (0.7 + depth * (number // 5 % 2))).astype(np.uint8)
        for number, picture in enumerate(noisy(240))
    ]
    assert first(pictures) is None


def test_a_camera_that_wanders_evenly_does_not_make_a_loop():
    wide = np.tile(noisy(1)[0], (1, 3))
    pictures = [wide[:, n : n + WIDE].copy() for n in range(200)]
    assert first(pictures) is None


def test_pictures_without_a_sensors_noise_say_nothing():
    assert first(noisy(1) * 200) is None


def test_a_longer_loop_than_is_kept_is_not_noticed():
    repeat = Repeat()
    long = noisy(RATE * (int(LONGEST_S) + 5), level=2.0)[::2]
    said = [
        repeat.is_looping([(number / 5, points_of(picture))], number / 5)
        for number, picture in enumerate(long * 2)
    ]
    assert not any(said)


def test_a_loop_that_ends_is_over_soon():
    said = verdicts(noisy(40) * 4 + noisy(100, seed=9))
    assert said[70]
    assert not any(said[-25:])


def test_time_that_goes_back_begins_anew():
    repeat, pictures = Repeat(), [points_of(one) for one in noisy(60)]
    for _ in range(3):
        for number, points in enumerate(pictures):
            assert not repeat.is_looping([(number / RATE, points)], number / RATE)


def test_points_are_pixels_as_they_are():
    picture = noisy(1)[0]
    points = points_of(picture)
    assert points.shape == POINTS[::-1]
    assert np.isin(points[3], picture).all()
    assert points_of(picture[:5, :7]).shape == POINTS[::-1]
