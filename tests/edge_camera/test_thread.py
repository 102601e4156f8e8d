"""Threads before a lens are left out, and visitors are not."""

import cv2
import numpy as np
import pytest

from edge.sight.picture import Pixels
from edge.sight.thing import Place
from edge.sight.thread import Threads

HIGH, WIDE = 90, 160
ALL = (slice(0, HIGH), slice(0, WIDE))


def nothing() -> Pixels:
    return np.zeros((HIGH, WIDE), np.uint8)


def net(sway: int) -> Pixels:
    """Seven threads with knots, which sway by some pixels."""
    plane = nothing()
    for number in range(7):
        at = 4 + 20 * number + sway
        plane[:, at : at + 2] = 255
        for knot in range(12, HIGH, 20):
            plane[knot : knot + 4, at - 1 : at + 3] = 255
    return plane


def seen(threads: Threads, plane: Pixels, where: Place = ALL) -> int:
    return cv2.countNonZero(threads.leave_out(plane[where], where))


def test_a_net_is_left_out_with_its_knots():
    threads = Threads(nothing())
    counts = [seen(threads, net(number % 3)) for number in range(60)]
    assert counts[0] > 1000
    assert max(counts[30:]) == 0
    assert threads.are_there


def test_somebody_who_walks_before_a_net_is_seen():
    threads = Threads(nothing())
    for number in range(60):
        threads.leave_out(net(number % 3), ALL)
    for number in range(20):
        plane = net(number % 3)
        at = 30 + 4 * number
        plane[30:60, at : at + 10] = 255
        assert seen(threads, plane) >= 250


def test_somebody_small_who_walks_beside_a_net_is_seen():
    threads = Threads(nothing())
    for number in range(60):
        web = net(number % 3)
        web[:, 80:] = 0
        threads.leave_out(web, ALL)
    for number in range(20):
        plane = net(number % 3)
        plane[:, 80:] = 0
        at = 90 + 2 * number
        plane[30:40, at : at + 3] = 255
        assert seen(threads, plane) >= 30


def test_what_is_thin_for_a_while_stays():
    threads = Threads(nothing())
    for number in range(10):
        plane = nothing()
        plane[30:40, 40 + number : 42 + number] = 255
        assert seen(threads, plane) == 20
    assert not threads.are_there


def test_a_hole_is_closed():
    plane = nothing()
    plane[30:50, 40:60] = 255
    plane[40, 50] = 0
    assert seen(Threads(nothing()), plane) == 400


@pytest.mark.parametrize("looks", [0, 300])
def test_a_net_that_has_gone_is_forgotten(looks):
    threads = Threads(nothing())
    for number in range(60):
        threads.leave_out(net(number % 3), ALL)
    for _ in range(looks):
        threads.rest()
    small = np.where(net(1) > 0, 0, net(0)).astype(np.uint8)
    assert threads.are_there is (looks == 0)
    assert (seen(threads, small) > 0) is (looks > 0)


def test_a_thread_along_the_border_is_no_large_thing():
    threads = Threads(nothing())
    counts = []
    for number in range(60):
        web = net(number % 3)
        web[:, :3] = 255
        counts.append(cv2.countNonZero(threads.leave_out(web, ALL)[:, :3]))
    assert counts[0] > 0
    assert counts[-1] == 0


def test_a_part_of_the_picture_is_looked_at_in_its_place():
    threads, where = Threads(nothing()), (slice(20, 70), slice(40, 100))
    for number in range(60):
        seen(threads, net(number % 3), where)
    assert seen(threads, net(0), where) == 0
    whole = threads.leave_out(net(1), ALL)
    assert cv2.countNonZero(whole[where]) == 0
    assert cv2.countNonZero(whole[:, 110:]) > 0
