"""A seed gives one run and no other, and every kind of fault is in it."""

import pytest

from tests.chaos.plan import CALM_S, WEIGHTS, draw

VICTIMS = dict.fromkeys(WEIGHTS, ("a", "b"))


def test_the_same_seed_draws_the_same_blows():
    assert draw(7, VICTIMS, 60, 1.0) == draw(7, VICTIMS, 60, 1.0)
    assert draw(7, VICTIMS, 60, 1.0) != draw(8, VICTIMS, 60, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_every_fault_strikes_in_every_run_and_in_its_time(seed: int):
    blows = draw(seed, VICTIMS, 40, 1.0)
    assert {blow.fault for blow in blows} == set(WEIGHTS)
    assert all(CALM_S <= blow.at_s <= 40 for blow in blows)
    assert [blow.at_s for blow in blows] == sorted(blow.at_s for blow in blows)
    assert len(blows) == 36


def test_a_fault_that_nobody_can_suffer_is_not_drawn():
    blows = draw(1, {**VICTIMS, "full": ()}, 600, 1.0)
    assert {blow.fault for blow in blows} == set(WEIGHTS) - {"full"}


def test_a_long_run_has_long_outages():
    def longest(seconds: float) -> float:
        blows = draw(3, VICTIMS, seconds, 1.0)
        return max(blow.lasting_s for blow in blows if blow.fault == "away")

    assert longest(40) <= 8
    assert longest(3600) > 60


def test_one_outage_is_a_good_part_of_the_run_and_there_is_no_other_such():
    for seconds in (30, 600):
        blows = draw(3, VICTIMS, seconds, 1.0)
        (absent,) = [blow for blow in blows if blow.fault == "absent"]
        assert 0.15 * seconds <= absent.lasting_s <= 0.2 * seconds
