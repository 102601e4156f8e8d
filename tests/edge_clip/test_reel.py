"""Packets stand on one line of time, whatever a camera does to its clock."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.clip.reel import Place, Reel

BASE = Fraction(1, 1000)  # ticks are milliseconds here


def reel(begins: float = 0.0) -> Reel:
    return Reel(BASE, 10.0, begins)


def placed(reel: Reel, *stamps: int | None) -> list[Place]:
    found = [reel.place(stamp, stamp, is_key=True) for stamp in stamps]
    assert None not in found
    return [one for one in found if one]


def test_seconds_begin_with_the_first_keyframe():
    one = reel(begins=40.0)
    assert one.place(900, 900, is_key=False) is None
    (place,) = placed(one, 1000)
    assert place == (1000, 1000, 40.0)
    after = one.place(1200, 1100, is_key=False)
    assert after == pytest.approx((1200, 1100, 40.2))


def test_a_clock_that_is_set_back_or_far_on_makes_no_jump():
    times = [place.seconds for place in placed(reel(), 0, 100, 5, 105, 9_000_000)]
    assert times == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_seconds_that_were_lost_on_the_line_stay_lost():
    times = [place.seconds for place in placed(reel(), 0, 100, 12_100, 12_200)]
    assert times == pytest.approx([0.0, 0.1, 12.1, 12.2])


def test_packets_without_stamps_come_at_the_rate():
    times = [place.seconds for place in placed(reel(), None, None, None)]
    assert times == pytest.approx([0.0, 0.1, 0.2])


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(-500, 500))))
def test_ticks_always_go_on_and_nothing_is_shown_before_it_is_decoded(stamps):
    one, last = reel(), None
    for dts, ahead in stamps:
        place = one.place(dts + ahead, dts, is_key=True)
        assert place is not None
        assert place.pts >= place.dts
        assert last is None or place.dts > last
        last = place.dts
