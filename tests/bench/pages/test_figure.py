"""What a run of pages amounts to."""

import pytest

from tests.bench.pages.figure import Figures, goals, summary
from tests.bench.pages.scope import SECTIONS, scope_of


def met(figures: Figures) -> list[bool | None]:
    return [goal.met for goal in goals(figures)]


def test_a_page_is_held_to_the_slowest_but_one_of_twenty():
    fast, slow = [0.05] * 19 + [0.4], [0.05] * 18 + [0.4] * 2
    assert met(Figures(pages={1.0: {"unit": fast}})) == [True]
    assert met(Figures(pages={1.0: {"unit": slow}})) == [False]


def test_a_screen_is_held_to_its_middle_and_to_its_worst():
    assert met(Figures(screen={"idle": [0.1] * 9 + [1.9]})) == [True]
    assert met(Figures(screen={"idle": [0.1] * 9 + [2.1]})) == [False]
    assert met(Figures(screen={"idle": [0.4] * 10})) == [False]
    assert met(Figures(screen={"idle": []})) == [False]


def test_what_was_not_measured_is_no_goal_that_was_met():
    assert goals(Figures()) == []
    assert summary(Figures())["goals"] == []


def test_memory_is_told_in_mb():
    (goal,) = goals(Figures(memory={"200 pages open": 251.0}))
    assert (goal.met, goal.got) == (False, "251 MB")


def test_a_part_of_it_has_a_name_of_its_own():
    assert scope_of([]).name == "pages"
    assert scope_of(["--only", "plans,times"]).name == "pages-times-plans"
    assert scope_of([]).only == SECTIONS


def test_a_section_that_there_is_not_is_refused():
    with pytest.raises(SystemExit):
        scope_of(["--only", "tables"])
