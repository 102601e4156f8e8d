"""When a hole in the numbers is told, and when all of it came: pure."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.gap import BOUND, Gap, Hole, decide, records_withheld
from collector.intake.number import runs_of
from collector.intake.presence import Listening
from tests.collector.world import NOW, RUN, STATION

ALL_EARS = Listening(timedelta(days=1))
MOMENT = timedelta(milliseconds=1)


def hole(first: int, last: int, site: str = "haven", lane: str = "up") -> Hole:
    return Hole(STATION, RUN, lane, first, last, "noord", site)


def gap(one: Hole, seconds: float, *, told: bool = False) -> Gap:
    return Gap(one, NOW - timedelta(seconds=seconds), told)


def test_a_new_hole_is_known_from_now_on_and_not_told():
    decision = decide([], [hole(3, 5)], NOW, ALL_EARS)
    assert decision.gaps == (Gap(hole(3, 5), NOW),)
    assert (decision.tell, decision.ended) == ((), frozenset())


@pytest.mark.parametrize(
    ("open_for", "listening", "told"),
    [
        (BOUND - MOMENT, ALL_EARS, False),
        (BOUND, ALL_EARS, True),
        (timedelta(hours=2), Listening(BOUND - MOMENT), False),
        (timedelta(hours=2), Listening(BOUND), True),
        (BOUND, Listening(timedelta(hours=1), behind=MOMENT), False),
        (BOUND + MOMENT, Listening(timedelta(hours=1), behind=MOMENT), True),
    ],
)
def test_it_is_told_at_sixty_seconds_in_which_we_listened(
    open_for: timedelta, listening: Listening, told: object
):
    known = Gap(hole(3, 5), NOW - open_for)
    decision = decide([known], [hole(3, 5)], NOW, listening)
    assert bool(decision.tell) is told
    assert [one.told for one in decision.gaps] == [told]
    assert [one.since for one in decision.gaps] == [known.since]


def test_what_was_told_is_not_told_again():
    known = gap(hole(3, 5), 500, told=True)
    decision = decide([known], [hole(3, 5)], NOW, ALL_EARS)
    assert decision.gaps == (known,)
    assert decision.tell == ()


def test_pieces_of_a_hole_are_as_old_as_the_whole_and_told_with_it():
    known = gap(hole(3, 9), 70, told=True)
    decision = decide([known], [hole(4, 5), hole(8, 8)], NOW, ALL_EARS)
    assert decision.gaps == (
        gap(hole(4, 5), 70, told=True),
        gap(hole(8, 8), 70, told=True),
    )
    assert (decision.tell, decision.ended) == ((), frozenset())


def test_the_hole_of_another_lane_with_the_same_numbers_is_another():
    known = gap(hole(3, 9), 70, told=True)
    decision = decide([known], [hole(3, 9), hole(3, 9, lane="al")], NOW, ALL_EARS)
    assert Gap(hole(3, 9, lane="al"), NOW) in decision.gaps


def test_a_place_is_done_when_all_that_was_told_of_it_came():
    known = [gap(hole(3, 3), 70, told=True), gap(hole(8, 8), 70, told=True)]
    assert decide(known, [hole(8, 8)], NOW, ALL_EARS).ended == frozenset()
    assert decide(known, [], NOW, ALL_EARS).ended == {"haven"}
    still = [hole(9, 9)]
    assert decide(known, still, NOW, ALL_EARS).ended == {"haven"}


def test_what_came_before_it_was_told_ends_nothing():
    assert decide([gap(hole(3, 3), 59)], [], NOW, ALL_EARS).ended == frozenset()


def test_what_is_missing_elsewhere_holds_nobody_up():
    known = [gap(hole(3, 3), 70, told=True), gap(hole(3, 3, "kade"), 70, told=True)]
    assert decide(known, [hole(3, 3, "kade")], NOW, ALL_EARS).ended == {"haven"}


def test_one_row_tells_all_that_is_missing_of_a_lane():
    told = [gap(hole(3, 5), 60), gap(hole(9, 9), 60), gap(hole(2, 2, lane="zz"), 60)]
    first, second = records_withheld(told, NOW)
    assert (first.kind, first.site, first.at, first.seq) == (
        "records.withheld",
        "haven",
        NOW,
        3,
    )
    assert first.data == {"lane": "up", "first": 3, "last": 9, "missing": 4}
    assert second.data["lane"] == "zz"
    assert first.name != second.name


@pytest.mark.parametrize(
    ("listened", "late"),
    [(3600, {}), (60, {"unheard_s": 300, "paused_s": 240}), (281, {})],
)
def test_what_is_told_late_because_we_did_not_listen_says_so(
    listened: int, late: dict[str, int]
):
    heard = Listening(timedelta(seconds=listened))
    decision = decide([gap(hole(3, 5), 300)], [hole(3, 5)], NOW, heard)
    (row,) = records_withheld(decision.tell, NOW)
    said = {"lane": "up", "first": 3, "last": 5, "missing": 3}
    assert row.data == said | late


@given(st.lists(st.sets(st.integers(1, 12)), min_size=1, max_size=8))
def test_as_numbers_come_one_told_gap_is_never_told_again_and_ends_once(
    arrivals: list[set[int]],
):
    missing = set(range(1, 13))
    known: tuple[Gap, ...] = (gap(hole(1, 12), 120),)
    told = ended = 0
    for step, came in enumerate([set(), *arrivals, set(range(1, 13))]):
        missing -= came
        holes = [hole(*run) for run in runs_of(sorted(missing))]
        now = NOW + timedelta(seconds=step)
        decision = decide(known, holes, now, ALL_EARS)
        assert [one.hole for one in decision.gaps] == holes
        known = decision.gaps
        told += len(decision.tell)
        ended += len(decision.ended)
    assert (told, ended) == (1, 1)
