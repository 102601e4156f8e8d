"""What one judgement makes of its evidence."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge.errors import Loss
from edge.sight.guard import Guard, Verdict
from edge.sight.likeness import View
from edge.sight.reference import Likeness, Reference
from edge.sight.scene import Evidence, trouble_of

SIZE = (90, 160)
BLOCKS = (6, 8)


def view() -> View:
    random = np.random.default_rng(3)
    picture = cv2.GaussianBlur(random.uniform(350, 550, SIZE), (0, 0), 1.5)
    return View(picture.astype(np.float32), np.ones(SIZE, np.float32))


def likeness(**changes: object) -> Likeness:
    none, every = np.zeros(BLOCKS, bool), np.ones(BLOCKS, bool)
    usual = Likeness(0.0, 1.0, 1.0, 0.9, 1.0, none, every, 0.0)
    return replace(usual, **changes)  # type: ignore[arg-type] # fields by name


def evidence(seen: Likeness, focus: float | None = 1.0, rich: float = 0.6) -> Evidence:
    steady = np.ones(BLOCKS, bool)
    return Evidence(seen, focus, rich, 0.6, 1.2, steady, searched=False)


def named(what: Evidence) -> Loss | None:
    return trouble_of(Reference(view()), view(), what)


def test_the_scene_as_ever_is_no_trouble():
    assert named(evidence(likeness())) is None


def test_a_lens_out_of_focus_is_named_though_a_car_spoils_the_coarse_picture():
    blurred = likeness(lost=0.6, contrast=0.2, edges=0.5, coarse=0.05, depth=0.1)
    assert named(evidence(blurred, focus=0.4, rich=0.15)) is Loss.DEFOCUSED


@pytest.mark.parametrize("lost", [0.8, 1.0])
def test_a_soft_cover_is_no_lens_out_of_focus(lost):
    covered = likeness(lost=lost, contrast=0.02, edges=0.4, coarse=0.1, depth=0.1)
    assert named(evidence(covered, focus=0.3, rich=0.05)) is Loss.COVERED


def told_again(trouble: Loss, what: Evidence) -> Loss | None:
    guard = Guard(SIZE)
    guard._told = Verdict(trouble, 0.0)
    return guard._lasting(what)


def test_a_cover_that_is_half_way_off_is_still_one():
    faint = evidence(likeness(lost=0.6, contrast=0.3), rich=0.2)
    assert told_again(Loss.COVERED, faint) is Loss.COVERED


def test_a_scene_that_is_back_is_told_though_a_car_crosses_it():
    crossed = evidence(likeness(lost=0.2, contrast=0.7, edges=0.5), rich=0.29)
    assert crossed.is_poor
    assert told_again(Loss.BLACK, crossed) is None


def test_what_is_rich_but_elsewhere_is_still_turned():
    elsewhere = evidence(likeness(lost=0.7, edges=0.2))
    assert told_again(Loss.TURNED, elsewhere) is Loss.TURNED
    assert told_again(Loss.COVERED, elsewhere) is None


def test_many_lost_blocks_are_a_doubt_though_one_long_edge_is_as_ever():
    assert not evidence(likeness(lost=0.2, edges=0.85)).is_doubtful
    assert evidence(likeness(lost=0.45, edges=0.85)).is_doubtful
