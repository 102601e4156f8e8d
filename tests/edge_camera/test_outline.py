"""What lets a calm scene be compared seldom: its outline, and how much it changed."""

import cv2
import numpy as np

from edge.sight.likeness import Plane, seen_of
from edge.sight.outline import change, outline, shown

SIZE = (90, 160)
OPEN = shown(seen_of(None, SIZE))


def scene(seed: int = 1) -> Plane:
    random = np.random.default_rng(seed)
    picture = cv2.GaussianBlur(random.uniform(350, 550, SIZE), (0, 0), 1.5)
    return ((picture - 450) * 4 + 450).astype(np.float32)


def test_the_same_scene_with_other_noise_has_not_changed():
    noise = np.random.default_rng(2).normal(0, 2, SIZE).astype(np.float32)
    before = outline(scene(), OPEN)
    assert change(before, before) == 0
    assert change(outline(scene() + noise, OPEN), before) < 0.08


def test_another_light_does_not_change_the_outline():
    assert change(outline(scene() + 80, OPEN), outline(scene(), OPEN)) < 0.01


def test_a_covered_a_blurred_and_a_turned_scene_have_changed():
    before = outline(scene(), OPEN)
    blurred = cv2.GaussianBlur(scene(), (0, 0), 3).astype(np.float32)
    for after in (np.full(SIZE, 400, np.float32), blurred, scene(9)):
        assert change(outline(after, OPEN), before) > 0.17


def test_whoever_walks_by_changes_little():
    walked = scene()
    walked[37:62, 75:83] = 300
    assert change(outline(walked, OPEN), outline(scene(), OPEN)) < 0.17


def test_edges_of_a_mask_do_not_count():
    unseen = np.zeros(SIZE, np.uint8)
    unseen[:, 80:] = 255
    half = shown(seen_of(unseen, SIZE))
    masked = scene()
    masked[:, 80:] = 0
    assert 0 < half.sum() < OPEN.sum() / 2
    edges = outline(masked, half)
    assert not edges[:, 16:].any()
    assert edges[:, :14].all()


def test_a_picture_without_edges_is_no_change():
    flat = outline(np.zeros(SIZE, np.float32), OPEN)
    assert change(flat, flat) == 0
