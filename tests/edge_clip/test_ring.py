"""The last seconds are there, from a keyframe on, within the memory they may take."""

from hypothesis import given
from hypothesis import strategies as st

from edge.clip.ring import Ring, Slice


def piece(seconds: float, *, key: bool = False, size: int = 100) -> Slice:
    return Slice(seconds, round(seconds * 10), round(seconds * 10), size, key, None)


def filled(ring: Ring, seconds: float, gop: float, size: int = 100) -> Ring:
    for number in range(round(seconds * 10) + 1):
        ring.add(piece(number / 10, key=number % round(gop * 10) == 0, size=size))
    return ring


@given(
    wanted=st.floats(0.5, 20),
    gops=st.lists(st.integers(1, 120), min_size=1, max_size=20),
)
def test_at_least_the_seconds_are_there_from_a_keyframe_on(wanted, gops):
    ring, number = Ring(wanted, 10**9), 0
    for gop in gops:
        for place in range(gop):
            ring.add(piece(number / 10, key=place == 0))
            number += 1
            newest = (number - 1) / 10
            kept = list(ring.since(newest - wanted))
            assert kept[0].is_key
            assert kept[0].seconds <= max(0.0, newest - wanted)
            assert kept[-1].seconds == newest
            assert len(kept) == round((newest - kept[0].seconds) * 10) + 1  # no gap


def test_what_nobody_needs_any_more_goes():
    ring = filled(Ring(5, 10**9), 100, gop=2)
    assert 5 <= ring.span <= 7
    assert ring.size == 100 * len(list(ring.since(0)))


def test_a_long_group_is_kept_whole():
    ring = filled(Ring(5, 10**9), 59.9, gop=60)
    assert ring.span == 59.9
    assert not ring.short


def test_it_begins_at_the_keyframe_before_what_is_asked():
    ring = filled(Ring(20, 10**9), 19, gop=4)
    assert next(ring.since(9.0)).seconds == 8.0
    assert next(ring.since(8.0)).seconds == 8.0
    assert next(ring.since(-3.0)).seconds == 0.0


def test_slices_before_the_first_keyframe_are_of_no_use():
    ring = Ring(5, 1000)
    ring.add(piece(0.0))
    assert list(ring.since(0.0)) == []
    assert ring.size == 0


def test_the_limit_holds_and_that_it_bites_is_told():
    ring = filled(Ring(10, 5_000), 30, gop=1)
    assert ring.size <= 5_000
    assert ring.span < 10
    assert ring.short
    assert next(ring.since(0)).is_key


def test_a_group_larger_than_all_goes_whole_and_the_next_is_kept():
    ring = filled(Ring(5, 1_000), 9.9, gop=10)
    assert list(ring.since(0)) == []
    assert ring.short
    ring.add(piece(10.0, key=True))
    assert [one.seconds for one in ring.since(0)] == [10.0]


def test_after_enough_quiet_it_is_short_no_more():
    ring = filled(Ring(5, 1_000), 20, gop=1)
    assert ring.short
    for number in range(201, 280):
        ring.add(piece(number / 10, key=number % 10 == 0, size=1))
    assert not ring.short


def test_nothing_is_left_after_clearing():
    ring = filled(Ring(5, 10**9), 10, gop=1)
    ring.clear()
    assert (ring.size, ring.span, list(ring.since(0))) == (0, 0.0, [])
