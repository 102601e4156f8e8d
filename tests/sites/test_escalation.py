"""Who is told where nobody takes an incident, and when a unit is not stricter."""

import pytest

from sites.escalation import Escalation, EscalationStep, later_than
from sites.policy import Policy, UnitPolicy, in_force, looser


def step(after_s: int, *tells: str) -> EscalationStep:
    return EscalationStep.model_validate({"after_s": after_s, "tells": tells})


NATIONAL = (step(0, "on_duty"), step(60, "on_duty", "desk"))


@pytest.mark.parametrize(
    "steps",
    [
        NATIONAL,
        (step(0, "on_duty", "desk"),),
        (step(0, "on_duty"), step(59, "desk"), step(60, "deputy")),
    ],
)
def test_a_unit_that_tells_all_of_them_in_time_is_strict_enough(steps):
    assert later_than(steps, NATIONAL) == ()


def test_who_is_told_later_than_by_the_nation_is_named_with_the_bound():
    steps = (step(0, "stand_in"), step(10, "on_duty"), step(61, "desk"))
    assert set(later_than(steps, NATIONAL)) == {("on_duty", 0), ("desk", 60)}


def test_who_is_left_out_by_a_unit_is_named_as_well():
    assert later_than((step(0, "on_duty"),), NATIONAL) == (("desk", 60),)


def test_without_words_the_last_urgent_step_reaches_somebody_who_is_awake():
    assert "control_room" in Escalation().urgent[-1].tells
    assert [step.after_s for step in Escalation().urgent] == [0, 60, 120]


def test_a_units_own_escalation_holds_for_it_and_is_no_number_to_compare():
    own = Escalation(urgent=(step(0, "desk"),), attention=NATIONAL)
    unit = UnitPolicy(escalation=own, hold_urgent_s=600)
    assert looser(Policy(), unit) == ()
    policy = in_force(Policy(), unit)
    assert policy.escalation == own
    assert (policy.hold_urgent_s, policy.hold_attention_s) == (600, 3600)


def test_a_unit_may_not_let_go_of_an_incident_later_than_the_nation():
    unit = UnitPolicy(hold_urgent_s=901)
    assert looser(Policy(), unit) == (("hold_urgent_s", 901, 900),)
