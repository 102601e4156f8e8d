"""Each goal can be met and can be missed."""

import pytest

from tests.bench import goal
from tests.bench.cost import ALL, DECODE, Cost
from tests.bench.job import OURS, Outcome
from tests.bench.memory import Memory
from tests.bench.ours import Said
from tests.bench.recipe import When
from tests.bench.score import Score
from tests.bench.tamper import Named

GOOD = Score(6, 6, 0, 0, 1000, 10, 100.0, (0.5,) * 6)
RIGHT = Named("covered", "covered", 4.0, 4.0, restored=True)


def outcome(score: Score = GOOD, *troubles: str) -> Outcome:
    said = Said(troubles=[(1.0, name) for name in troubles])
    return Outcome("film", "rain", 0, "", When(1.0), said, {OURS: score})


def met(goals: list[goal.Goal]) -> list[bool]:
    return [one.met for one in goals]


def test_clean_films_meet_all_goals():
    assert met(goal.of_clean([outcome()])) == [True] * 4


@pytest.mark.parametrize(
    ("bad", "which"),
    [
        (outcome(Score(6, 5)), 0),
        (outcome(Score(6, 6, false_starts=1)), 1),
        (outcome(Score(6, 6, idle_frames=100, stuck_frames=30)), 2),
        (outcome(GOOD, "covered"), 3),
    ],
)
def test_a_clean_film_can_miss_each(bad, which):
    assert met(goal.of_clean([outcome(), bad])) == [n != which for n in range(4)]


def test_one_false_start_under_a_nuisance_is_forgiven_and_two_are_not():
    one, two = (outcome(Score(false_starts=number)) for number in (1, 2))
    assert met(goal.of_nuisances([one, one])) == [True] * 4
    (_, noisy, _, _) = goal.of_nuisances([one, two])
    assert (noisy.met, noisy.got) == (False, "more in 1 of 2 films")


def test_stuck_on_is_judged_film_by_film():
    quiet = outcome(Score(idle_frames=10_000))
    stuck = outcome(Score(idle_frames=100, stuck_frames=5))
    (_, _, judged, _) = goal.of_nuisances([quiet, stuck])
    assert (judged.met, judged.got) == (False, "0.05% in all, more in 1 of 2 films")


def test_an_event_that_is_lost_and_an_attack_that_is_none_are_told():
    found, _, _, tamper = goal.of_nuisances([outcome(Score(6, 5), "turned")])
    assert (found.met, found.got) == (False, "5 of 6")
    assert (tamper.met, tamper.got) == (False, "in 1 of 1 films")


def test_made_hours_are_judged_by_starts_and_attacks():
    assert met(goal.of_idle([outcome()])) == [True, True]
    assert met(goal.of_idle([outcome(Score(false_starts=2), "black")])) == [False] * 2


def test_every_attack_must_be_right_and_its_end_told():
    assert met(goal.of_attacks([("covered fast", RIGHT)])) == [True, True]
    late = Named("covered", "covered", 12.0, 12.0, restored=True)
    endless = Named("covered", "covered", 4.0, 4.0, restored=False)
    assert met(goal.of_attacks([("a", RIGHT), ("b", late)])) == [False, True]
    assert met(goal.of_attacks([("a", RIGHT), ("b", endless)])) == [True, False]


def test_attacks_are_counted_by_name_and_by_film():
    wrong = Named("covered", "black", 4.0, 4.0, restored=True)
    (named, _) = goal.of_attacks([("a", RIGHT), ("a", wrong), ("b", RIGHT)])
    assert named.got == (
        "2 of 3 films, all makes of 1 of 8, slowest 4.0 s after its begin"
    )


def test_cost_is_judged_by_the_median_of_the_turns():
    cost = Cost(100, {ALL: [1.2, 1.3, 9.0], DECODE: [1.0, 1.0, 1.0]})
    ratio, motion = goal.of_cost("720p", cost, 1.4, 20.0)
    assert (ratio.met, ratio.got) == (True, "1.30 (1.20 to 9.00)")
    assert (motion.met, motion.got) == (True, "13.00 against 20.00 ms a frame")
    dear, dearer = goal.of_cost("720p", cost, 1.2, 12.0)
    assert (dear.met, dearer.met) == (False, False)
    assert len(goal.of_cost("720p", cost, 1.4, None)) == 1


def test_memory_is_judged_by_the_sum_and_by_what_is_loaded():
    assert met(goal.of_memory(Memory({"agent": 60.0, "camera 1": 90.0}))) == [True] * 2
    heavy = Memory({"agent": 60.0, "camera 1": 91.0}, pictures=True)
    assert met(goal.of_memory(heavy)) == [False] * 2
