"""Scores follow the rules of the footage's README."""

import pytest

from tests.bench.score import Score, Truth, score, total

TRUTH = Truth(10.0, 1000, ((100, 200), (400, 500)))


def test_a_start_near_its_label_is_a_find():
    result = score([(105, 200), (400, 500)], TRUTH)
    assert (result.events, result.found, result.repeated) == (2, 2, 0)
    assert result.false_starts == 0
    assert result.latencies == (0.5, 0.0)
    assert result.slowest == 0.5


@pytest.mark.parametrize(
    ("start", "found"), [(94, 0), (95, 1), (100, 1), (130, 1), (131, 0)]
)
def test_a_find_is_from_half_a_second_before_to_three_after(start, found):
    assert score([(start, 200)], TRUTH).found == found


def test_slack_widens_the_window_on_both_sides():
    for start in (92, 133):
        assert score([(start, 200)], TRUTH).found == 0
        assert score([(start, 200)], TRUTH, slack_s=0.3).found == 1


def test_a_second_start_of_one_event_is_a_repeat_and_no_false_start():
    result = score([(101, 120), (125, 140), (180, 200)], TRUTH)
    assert (result.found, result.repeated, result.false_starts) == (1, 2, 0)


def test_a_start_in_idle_time_is_false():
    result = score([(300, 320)], TRUTH)
    assert (result.found, result.repeated, result.false_starts) == (0, 0, 1)
    assert result.per_hour == pytest.approx(3600 / result.idle_s)


def test_idle_time_leaves_out_what_is_labelled_and_its_doubt():
    idle = TRUTH.idle()
    assert len(idle) == 1000 - 2 * (101 + 4)
    assert {97, 203, 397, 503} <= idle
    assert not {98, 202, 398, 502} & idle


def test_stuck_on_is_the_share_of_idle_frames_that_were_called_motion():
    result = score([(100, 250)], TRUTH)
    assert result.stuck_frames == 250 - 202
    assert result.stuck_on == pytest.approx(48 / 790)


def test_frames_that_are_called_motion_twice_count_once():
    once, twice = score([(300, 320)], TRUTH), score([(300, 320)] * 2, TRUTH)
    assert once.stuck_frames == twice.stuck_frames == 21


def test_nothing_said_is_nothing_found():
    result = score([], TRUTH)
    assert (result.found, result.stuck_on, result.slowest) == (0, 0.0, None)


def test_scores_of_films_add_up():
    one, other = score([(105, 200)], TRUTH), score([(300, 310), (400, 500)], TRUTH)
    both = total([one, other])
    assert (both.events, both.found, both.false_starts) == (4, 2, 1)
    assert both.latencies == (0.5, 0.0)
    assert both.idle_frames == 2 * 790
    assert total([]) == Score()


def test_truth_is_read_as_it_is_written():
    told = {"fps": 10.0, "frames": 1000, "events": [[100, 200], [400, 500]]}
    assert Truth.of(told) == TRUTH
