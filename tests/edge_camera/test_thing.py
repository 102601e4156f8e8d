"""What is connected is one thing, with its size and place."""

import numpy as np
import pytest

from edge.sight.thing import things_of


def test_an_empty_plane_holds_nothing():
    assert things_of(np.zeros((90, 160), np.uint8)) == []


def test_two_things_come_largest_first_with_their_places():
    plane = np.zeros((90, 160), np.uint8)
    plane[10:20, 20:28] = 255
    plane[40:80, 100:120] = 255
    large, small = things_of(plane)
    assert (large.pixels, small.pixels) == (800, 80)
    assert large.box == pytest.approx((100 / 160, 40 / 90, 20 / 160, 40 / 90))
    assert large.centre == pytest.approx((110 / 160, 60 / 90))
    assert small.centre == pytest.approx((24 / 160, 15 / 90))


def test_corners_that_touch_make_one_thing():
    plane = np.zeros((90, 160), np.uint8)
    plane[0:5, 0:5] = plane[5:10, 5:10] = 255
    (one,) = things_of(plane)
    assert one.pixels == 50
