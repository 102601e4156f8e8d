"""A visitor comes in over one side of the picture and goes out over one."""

import pytest

from edge.sight.heading import came_in, touched, went_out

LEFT = (0.0, 0.4, 0.1, 0.3)
MIDDLE = (0.4, 0.4, 0.1, 0.3)
CORNER = (0.9, 0.7, 0.1, 0.3)  # right and bottom


@pytest.mark.parametrize(
    ("box", "sides"),
    [
        (LEFT, ["left"]),
        ((0.5, 0.0, 0.1, 0.1), ["top"]),
        (MIDDLE, []),
        (CORNER, ["right", "bottom"]),
        ((0.985 - 0.1, 0.4, 0.1, 0.1), ["right"]),
    ],
)
def test_a_box_touches_the_sides_it_is_at(box, sides):
    assert touched(box) == sides


def test_who_walks_away_from_a_side_came_in_over_it():
    assert came_in(LEFT, (20.0, 3.0)) == "left"
    assert came_in(LEFT, (-5.0, 0.0)) is None


def test_who_walks_towards_a_side_goes_out_over_it():
    assert went_out(CORNER, (8.0, 0.5)) == "right"
    assert went_out(CORNER, (0.5, 8.0)) == "bottom"
    assert went_out(CORNER, (-8.0, -8.0)) is None


def test_of_two_sides_the_way_decides():
    """Somebody near the camera touches the lower side all the time."""
    near = (0.0, 0.3, 0.3, 0.7)
    assert came_in(near, (30.0, -4.0)) == "left"
    assert came_in(near, (2.0, -20.0)) == "bottom"


def test_who_appears_in_the_middle_came_over_no_side():
    assert came_in(MIDDLE, (20.0, 0.0)) is None
    assert went_out(MIDDLE, (20.0, 0.0)) is None


def test_who_stands_at_a_side_does_not_cross_it():
    assert came_in(LEFT, (0.0, 0.0)) is None
    assert went_out(LEFT, (0.0, 0.0)) is None
