"""The shadow proposes another preset only where it is clearly better."""

import numpy as np
import pytest

from edge.sight.picture import Moment
from edge.sight.shadow import (
    ENOUGH_HOURS,
    TURN_S,
    Shadow,
    is_quieter,
    sees_more,
)
from edge.sight.shape import WHOLE
from edge.sight.sieve import Tally

SIZE = (90, 160)


@pytest.mark.parametrize(
    ("now", "then", "quieter"),
    [
        (Tally(60, 20, 30), Tally(25, 20, 4), True),
        (Tally(60, 20, 30), Tally(25, 12, 4), False),  # it misses eight visitors
        (Tally(60, 20, 30), Tally(55, 20, 20), False),  # it is hardly quieter
        (Tally(22, 20, 3), Tally(20, 20, 0), False),  # there is no trouble now
    ],
)
def test_a_lower_preset_must_be_far_quieter_and_miss_nobody(now, then, quieter):
    assert is_quieter(now, then) is quieter


@pytest.mark.parametrize(
    ("now", "then", "more"),
    [
        (Tally(20, 18, 4), Tally(27, 25, 5), True),
        (Tally(20, 18, 4), Tally(22, 20, 4), False),  # two more may be chance
        (Tally(20, 18, 4), Tally(60, 25, 40), False),  # it drowns them in nuisance
    ],
)
def test_a_higher_preset_must_see_more_and_be_as_quiet(now, then, more):
    assert sees_more(now, then) is more


def test_a_tally_adds_up():
    assert Tally(5, 3, 2) - Tally(1, 1, 1) + Tally(0, 0, 4) == Tally(4, 2, 5)
    assert Tally(5, 3, 2).nuisance == 4


def test_it_takes_turns_between_the_other_presets():
    shadow = Shadow((("yard", WHOLE),), SIZE, None, "normal")
    small = np.full(SIZE, 90, np.uint8)
    turns = []
    for number in range(4):
        shadow.look(small, Moment(number, number * TURN_S), Tally())
        turns.append(shadow._others[shadow._turn])
    assert turns == ["low", "high", "low", "high"]


def test_a_lower_preset_is_proposed_once_where_all_is_nuisance():
    shadow = Shadow((("yard", WHOLE),), SIZE, None, "normal")
    small = np.full(SIZE, 90, np.uint8)
    proposals, actual = [], Tally()
    for hour in range(3 * ENOUGH_HOURS):
        actual += Tally(1, 0, 2)
        for trial in shadow._trials.values():
            trial.seconds += TURN_S / 2  # as if it had looked for all of the hour
        moment = Moment(hour, hour * TURN_S)
        proposals.append(shadow.look(small, moment, actual))
    (proposal,) = [one for one in proposals if one]
    assert proposal.preset == "low"
    assert proposal.hours >= ENOUGH_HOURS
    assert proposal.now > proposal.then == 0
