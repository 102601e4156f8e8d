"""The time counts where the collector's receipts and the clock say the same."""

from datetime import datetime, timedelta

import pytest

from edge.trusted_time import AGREE_S, TrustedTime
from tests.edge.records import NOON, after


class Clocks:
    """A clock that anybody may set, and one that only goes forward."""

    def __init__(self) -> None:
        self.at, self.seconds = NOON, 1000.0
        self.time = TrustedTime(lambda: self.at, lambda: self.seconds)

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


def test_before_the_collector_was_heard_nobody_knows_the_time():
    assert Clocks().time.now() is None


def test_what_the_collector_said_holds_while_it_is_away():
    clocks = Clocks()
    clocks.time.hear(NOON)
    clocks.pass_by(30 * 86_400)
    assert clocks.time.now() == after(30 * 86_400)


@pytest.mark.parametrize(
    "moved", [timedelta(days=-20_000), timedelta(hours=-1), timedelta(days=30_000)]
)
def test_a_clock_that_was_set_is_not_trusted_until_it_comes_back(moved: timedelta):
    clocks = Clocks()
    clocks.time.hear(NOON)
    clocks.at += moved
    assert clocks.time.now() is None
    clocks.pass_by(60)
    clocks.time.hear(after(60))
    assert clocks.time.now() is None
    clocks.at -= moved
    assert clocks.time.now() == after(60)


@pytest.mark.parametrize("said", [after(-2 * AGREE_S), after(2 * AGREE_S)])
def test_a_collector_that_lies_is_not_trusted_either(said: datetime):
    clocks = Clocks()
    clocks.time.hear(said)
    assert clocks.time.now() is None
    clocks.time.hear(NOON)
    assert clocks.time.now() == NOON


def test_an_old_receipt_that_somebody_kept_sets_no_time():
    clocks = Clocks()
    clocks.time.hear(NOON)
    clocks.pass_by(7 * 86_400)
    clocks.time.hear(NOON, AGREE_S + 1)
    assert clocks.time.now() == after(7 * 86_400)
    clocks.at = NOON
    clocks.time.hear(NOON, 7 * 86_400)
    assert clocks.time.now() is None


def test_what_was_under_way_for_minutes_tells_the_time():
    clocks = Clocks()
    clocks.time.hear(after(-AGREE_S), AGREE_S)
    assert clocks.time.now() == NOON


def test_seconds_of_a_journey_do_not_matter():
    clocks = Clocks()
    clocks.time.hear(after(-20))
    assert clocks.time.now() == NOON


def test_the_collectors_own_time_is_told_whatever_this_machine_s_clock_is_off_by():
    clocks = Clocks()
    assert clocks.time.told() is None
    clocks.time.hear(NOON)
    clocks.pass_by(1800)
    for moved in (-AGREE_S + 1, 0, AGREE_S - 1):
        clocks.at = after(1800 + moved)
        assert clocks.time.told() == after(1800)
    for moved in (-AGREE_S - 1, AGREE_S + 1, -20_000 * 86_400):
        clocks.at = after(1800 + moved)
        assert clocks.time.told() is None
