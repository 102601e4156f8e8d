"""What is connected is one thing, with its size and place."""

import numpy as np
import pytest

from edge.sight.thing import Thing, apart, is_at_border, overlap, things_of


def test_an_empty_plane_holds_nothing():
    labels, things = things_of(np.zeros((90, 160), np.uint8))
    assert things == []
    assert not labels.any()


def test_each_thing_has_its_size_and_place_and_label():
    plane = np.zeros((90, 160), np.uint8)
    plane[10:20, 20:28] = 255
    plane[40:80, 100:120] = 255
    labels, (small, large) = things_of(plane)
    assert (labels[15, 24], labels[60, 110], labels[0, 0]) == (1, 2, 0)
    assert (large.pixels, small.pixels) == (800, 80)
    assert large.box == pytest.approx((100 / 160, 40 / 90, 20 / 160, 40 / 90))
    assert large.centre == pytest.approx((110 / 160, 60 / 90))
    assert small.centre == pytest.approx((24 / 160, 15 / 90))


def test_corners_that_touch_make_one_thing():
    plane = np.zeros((90, 160), np.uint8)
    plane[0:5, 0:5] = plane[5:10, 5:10] = 255
    _, (one,) = things_of(plane)
    assert one.pixels == 50


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ((0.3, 0.3, 0.2, 0.2), True),
        ((0.4, 0.2, 0.2, 0.2), False),  # side by side
        ((0.2, 0.45, 0.2, 0.2), False),
        ((0.0, 0.0, 1.0, 1.0), True),
    ],
)
def test_boxes_overlap_where_they_share_a_place(other, shared):
    box = (0.2, 0.2, 0.2, 0.2)
    assert overlap(box, other) is shared
    assert overlap(other, box) is shared


@pytest.mark.parametrize(
    ("box", "touches"),
    [
        ((0.0, 0.4, 0.1, 0.1), True),
        ((0.4, 0.0, 0.1, 0.1), True),
        ((0.9, 0.4, 0.1, 0.1), True),
        ((0.4, 0.9, 0.1, 0.1), True),
        ((0.4, 0.4, 0.1, 0.1), False),
    ],
)
def test_a_box_at_any_side_is_at_the_border(box, touches):
    assert is_at_border(box) is touches


def test_the_way_between_two_things_goes_across_and_down():
    box = (0.0, 0.0, 0.1, 0.1)
    assert apart(Thing(9, box, (0.1, 0.2)), Thing(9, box, (0.4, 0.3))) == pytest.approx(
        0.4
    )
