import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sites.polygon import crosses_itself, is_flat, is_hidden

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
THOUSANDTHS = st.integers(0, 1000).map(lambda n: n / 1000)
POINTS = st.tuples(THOUSANDTHS, THOUSANDTHS)


@pytest.mark.parametrize(
    "polygon",
    [
        SQUARE,
        SQUARE[::-1],
        SQUARE[:3],
        [(0, 0), (1, 0), (1, 1), (0.5, 0.2), (0, 1)],
        [(0, 0), (0.5, 0), (1, 0), (1, 1), (0, 1)],
        [(0, 0), (1, 0), (1, 0.2), (0.2, 0.2), (0.2, 0.8), (1, 0.8), (1, 1), (0, 1)],
    ],
    ids=["square", "backwards", "triangle", "dent", "point on an edge", "letter C"],
)
def test_a_plain_shape_is_neither_flat_nor_crossed(polygon):
    assert not is_flat(polygon)
    assert not crosses_itself(polygon)


@pytest.mark.parametrize(
    "polygon",
    [
        [(0, 0), (1, 1), (1, 0), (0, 1)],
        [(0, 0), (1, 0), (1, 1), (0.5, -0.0), (0, 1)],
        [(0, 0), (1, 0), (0.5, 0), (0.5, 1)],
        [(0, 0), (1, 0), (1, 1), (1, 0), (0, 1)],
        [(0, 0), (0, 0), (1, 0), (1, 1)],
        [(0, 0), (1, 0), (1, 1), (0, 0), (0, 1), (0.5, 1)],
        [(0.5, 0), (1, 1), (0, 1), (0.5, 0), (0.7, 0)],
    ],
    ids=[
        "bow tie",
        "corner on an edge",
        "folds back",
        "spike",
        "a point twice",
        "corner at a corner",
        "closed by hand and beyond",
    ],
)
def test_a_shape_that_meets_itself_is_crossed(polygon):
    assert crosses_itself(polygon)


def test_three_points_on_a_line_are_flat():
    assert is_flat([(0, 0), (0.5, 0.5), (1, 1)])
    assert is_flat([(0.2, 0.2)] * 3)
    assert is_flat([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.7, 0.7)])
    assert not is_flat([(0, 0), (0.5, 0.5), (1, 0.9)])


@given(st.integers(3, 64))
def test_a_circle_of_any_number_of_corners_is_plain(corners):
    turn = 2 * math.pi / corners
    circle = [
        (0.5 + 0.5 * math.cos(n * turn), 0.5 + 0.5 * math.sin(n * turn))
        for n in range(corners)
    ]
    assert not crosses_itself(circle)
    assert not is_flat(circle)


@given(POINTS, POINTS, POINTS)
def test_a_triangle_is_flat_or_plain(a, b, c):
    assume(not is_flat([a, b, c]))
    assert not crosses_itself([a, b, c])


@given(st.lists(POINTS, min_size=3, max_size=8), st.integers(0, 7))
def test_it_does_not_matter_with_which_corner_one_begins(polygon, by):
    turned = polygon[by % len(polygon) :] + polygon[: by % len(polygon)]
    assert crosses_itself(turned) == crosses_itself(polygon)


@given(POINTS, POINTS, POINTS, POINTS)
def test_of_the_three_ways_through_four_points_one_at_most_two_cross(a, b, c, d):
    ways = ([a, b, c, d], [a, c, b, d], [a, b, d, c])
    assume(len({a, b, c, d}) == 4)
    assume(not any(is_flat([p, q, r]) for p, q, r in _threes(a, b, c, d)))
    assert sum(map(crosses_itself, ways)) in {0, 2}


LEFT = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]
RIGHT = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]
UPPER = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
LOWER = [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
DIAMOND = [(0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5)]
RING = [
    *[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.45), (0.4, 0.45)],
    *[(0.4, 0.6), (0.6, 0.6), (0.6, 0.4), (0.0, 0.4)],
]
SMALL = [(0.45, 0.45), (0.55, 0.45), (0.55, 0.55), (0.45, 0.55)]


@pytest.mark.parametrize(
    ("polygon", "masks", "hidden"),
    [
        (SQUARE, [SQUARE], True),
        (SQUARE, [LEFT, RIGHT], True),
        (SQUARE, [UPPER, LOWER], True),
        (SQUARE, [LEFT], False),
        (SQUARE, [], False),
        (SQUARE, [DIAMOND], False),
        (DIAMOND, [LEFT, RIGHT], True),
        (DIAMOND, [UPPER, LEFT], False),
        (DIAMOND, [LEFT, LOWER, UPPER], True),
        (SMALL, [RING], False),
        (SMALL, [RING, DIAMOND], True),
        (LEFT, [[(0.0, 0.0), (0.5, 0.0), (0.5, 0.999), (0.0, 1.0)]], False),
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)], [SQUARE], False),
    ],
)
def test_masks_hide_a_shape_only_if_nothing_of_it_is_left(polygon, masks, hidden):
    assert is_hidden(polygon, masks) == hidden
    assert is_hidden(polygon[::-1], [mask[::-1] for mask in masks[::-1]]) == hidden


@given(POINTS, POINTS, POINTS, POINTS)
def test_a_triangle_is_hidden_by_the_three_into_which_a_point_inside_cuts_it(
    a, b, c, weights
):
    assume(not is_flat([a, b, c]))
    u, v = sorted(weights)
    inside = tuple(
        u * p + (v - u) * q + (1 - v) * r for p, q, r in zip(a, b, c, strict=True)
    )
    thirds = [[a, b, inside], [b, c, inside], [c, a, inside]]
    whole = [third for third in thirds if not is_flat(third)]
    assert is_hidden([a, b, c], whole)
    for at, third in enumerate(whole):
        if _size(third) > 0.001:
            assert not is_hidden([a, b, c], whole[:at] + whole[at + 1 :])


def _size(corners: list[tuple[float, float]]) -> float:
    (ax, ay), (bx, by), (cx, cy) = corners
    return abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) / 2


def _threes(*points: tuple[float, float]) -> list[list[tuple[float, float]]]:
    return [[p for p in points if p != out] for out in points]
