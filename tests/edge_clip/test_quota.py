"""Ordinary clips make room first, alarms next, evidence never."""

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.clip.filling import BACK, Filling
from edge.clip.quota import Kept, Kind, days_left, giving_way, overdue
from tests.edge.records import NOON

WEEK = timedelta(days=7)


def kind(name: str, kept: Kept = "motion", hours: float = 0, size: int = 10) -> Kind:
    at = NOON - timedelta(hours=hours)
    return Kind(name, kept, at, size, since=at)


def names(kinds: list[Kind]) -> list[str]:
    return [one.clip for one in kinds]


def test_what_has_lived_as_long_as_it_may_goes_but_evidence_stays():
    clips = [
        kind("old", hours=169),
        kind("young", hours=167),
        kind("alarm", "alarm", hours=169),
        kind("evidence", "hold", hours=9999),
    ]
    assert names(overdue(clips, NOON, WEEK)) == ["old", "alarm"]


def test_the_oldest_ordinary_go_first_then_the_oldest_alarms():
    clips = [
        kind("alarm, old", "alarm", hours=9),
        kind("new", hours=1),
        kind("old", hours=5),
        kind("alarm, new", "alarm", hours=2),
        kind("evidence", "hold", hours=99),
    ]
    assert names(giving_way(clips, 0)) == []
    assert names(giving_way(clips, 5)) == ["old"]
    assert names(giving_way(clips, 10)) == ["old"]
    assert names(giving_way(clips, 25)) == ["old", "new", "alarm, old"]
    assert len(giving_way(clips, 10**9)) == 4


KINDS = st.lists(
    st.builds(
        kind,
        st.uuids().map(str),
        st.sampled_from(get_args(Kept)),
        st.floats(0, 500),
        st.integers(1, 1000),
    ),
    max_size=30,
)


@given(KINDS, st.integers(-10, 20_000))
def test_never_more_goes_than_is_needed_and_never_evidence(clips, excess):
    gone = giving_way(clips, excess)
    assert all(one.kept != "hold" for one in gone)
    freed = sum(one.size for one in gone)
    could = sum(one.size for one in clips if one.kept != "hold")
    assert freed >= min(excess, could)
    assert not gone or freed - gone[-1].size < excess
    if any(one.kept == "alarm" for one in gone):
        assert all(one in gone for one in clips if one.kept == "motion")


def test_days_left_follow_from_what_the_last_day_wrote():
    clips = [kind("a", hours=1, size=60), kind("b", hours=30, size=999)]
    clips.append(kind("c", hours=23, size=40))
    assert days_left(clips, NOON, 1000) == 10.0


def test_a_device_that_is_young_is_not_taken_for_a_quiet_one():
    clips = [kind("a", hours=6, size=50), kind("b", hours=1, size=50)]
    assert days_left(clips, NOON, 800) == 2.0  # 100 in 6 h


@pytest.mark.parametrize("clips", [[], [kind("old", hours=25)]])
def test_without_clips_of_the_last_day_nobody_knows(clips):
    assert days_left(clips, NOON, 1000) is None


def test_a_clip_of_the_future_counts_as_new():
    assert days_left([kind("a", hours=-5, size=100)], NOON, 2400) == 1.0


def test_no_room_is_no_days():
    assert days_left([kind("a", hours=2)], NOON, -5) == 0.0


def test_each_level_of_the_disk_is_told_once_on_the_way_up():
    filling = Filling()
    told = [filling.look(share / 100) for share in range(70, 100)]
    assert [70 + place for place, news in enumerate(told) if news] == [80, 90]


def test_a_disk_that_jumps_over_both_levels_is_told_once():
    filling = Filling()
    assert filling.look(0.95)
    assert not filling.look(0.96)


def test_bytes_that_come_and_go_around_a_level_are_not_told_again():
    filling = Filling()
    assert filling.look(0.8)
    assert not any(filling.look(0.8 - part) for part in (0.0, 0.01, BACK, 0.0) * 9)
    assert not filling.look(0.8 - BACK - 0.01)
    assert filling.look(0.81)
