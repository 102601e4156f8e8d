"""A clip lasts as long as somebody is there, and a while after."""

from edge.clip.occasion import Occasion


def test_nothing_runs_without_a_reason():
    assert not Occasion(10).lasts(0.0)


def test_a_visit_lasts_and_has_its_post_roll():
    occasion = Occasion(10)
    occasion.begin("yard")
    assert occasion.lasts(500.0)
    occasion.end("yard", 20.0)
    assert occasion.lasts(29.9)
    assert not occasion.lasts(30.0)


def test_visits_that_follow_closely_are_one():
    occasion = Occasion(10)
    occasion.begin("yard")
    occasion.end("yard", 20.0)
    assert occasion.lasts(25.0)
    occasion.begin("gate")
    occasion.end("gate", 28.0)
    assert occasion.lasts(37.9)
    assert not occasion.lasts(38.0)


def test_one_zone_that_is_left_does_not_end_another():
    occasion = Occasion(1)
    occasion.begin("yard")
    occasion.begin("gate")
    occasion.end("yard", 5.0)
    assert occasion.lasts(100.0)


def test_the_end_of_what_never_began_is_no_reason():
    occasion = Occasion(10)
    occasion.end("yard", 5.0)
    assert not occasion.lasts(6.0)


def test_an_order_lasts_and_is_remembered_until_the_clip_ends():
    occasion = Occasion(10)
    occasion.order(30.0)
    assert occasion.lasts(29.9)
    assert occasion.ordered
    occasion.order(20.0)  # a shorter one takes nothing away
    assert occasion.lasts(29.9)
    occasion.close()
    assert not occasion.ordered
