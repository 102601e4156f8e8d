"""Which two letters an alarm receiving centre gets, held against the list of SIA."""

from typing import get_args

import pytest
from pysiaalarm.data.sia_codes import SIA_CODES

from collector.notify.alarm_code import (
    CONFIRMED,
    EXERCISE,
    SILENCED,
    Outcome,
    end_code,
    new_code,
)
from sites.rule import RuleKind

KINDS = (*get_args(RuleKind), SILENCED, CONFIRMED)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def code(kind: str, *, silent: bool = False) -> str | None:
    return new_code(kind, silent=silent, exercise=False)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("panic.pressed", "Panic Alarm"),
        ("duress.entered", "Holdup Alarm"),
        ("alarm.raised", "Burglary Alarm"),
        ("tamper.opened", "Tamper Alarm"),
        ("path.lost", "Communications Fail"),
        ("device.silent", "Communications Fail"),
        (CONFIRMED, "Burglary Verified"),
        ("disk.full", "Service Required"),
    ],
)
def test_a_kind_has_the_code_that_sia_gives_it(kind, expected):
    told = code(kind)
    assert told is not None
    assert SIA_CODES[told].type == expected


def test_loud_and_silent_are_told_apart():
    assert code("panic.pressed") == "PA"
    assert code("panic.pressed", silent=True) == "HA"
    assert code(SILENCED) == "HA"
    assert code("alarm.raised", silent=True) == "BA"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("silent", [False, True])
def test_every_exercise_is_marked_as_a_test_a4(kind, silent):
    assert new_code(kind, silent=silent, exercise=True) == EXERCISE
    assert SIA_CODES[EXERCISE].type == "Manual Test"
    assert code(kind, silent=silent) != EXERCISE
    assert all(end_code(EXERCISE, outcome) is None for outcome in OUTCOMES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_code_that_can_be_told_is_known_to_sia(kind, outcome):
    told = code(kind)
    assert told in SIA_CODES
    ended = end_code(str(told), outcome)
    assert (ended in SIA_CODES) if ended else kind == CONFIRMED


def test_what_was_no_danger_is_cancelled_and_what_was_one_is_restored():
    assert end_code("BA", "real") == "BR"
    assert end_code("BA", "false") == "BC"
    assert end_code("PA", "real") == "PR"
    assert end_code("PA", "nuisance") == "OC"
    assert end_code("TA", "false") == "TR"
    assert end_code("YC", "itself") == "YK"


@pytest.mark.parametrize("kind", ["path.restored", "device.heard", "camera.restored"])
def test_what_came_back_is_no_news_before_the_incident_ends(kind):
    assert code(kind) is None
    assert new_code(kind, silent=False, exercise=True) is None
