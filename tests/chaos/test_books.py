"""The books find a lost, a doubled and a dropped record: a check that can fail."""

import pytest

from tests.chaos.books import Stored, account

RUN = "0" * 16


def rows(*numbers: int, lane: str = "up") -> list[Stored]:
    return [Stored(RUN, lane, number, "contact.opened") for number in numbers]


def dropped(first: int, last: int, lane: str = "up") -> Stored:
    return Stored(RUN, lane, last, "records.dropped", first, last)


def faults(found: list[Stored], written: int, *, may_drop: bool = False) -> list[str]:
    return account(found).faults(written, may_drop=may_drop)


def test_all_of_it_once_is_no_fault():
    assert faults(rows(1, 2, 3) + rows(1, 2, lane="al"), 5) == []


@pytest.mark.parametrize("lane", ["al", "up"])
def test_a_hole_is_a_lost_record_and_is_named(lane: str):
    assert faults(rows(1, 2, 4, lane=lane), 4) == [f"lost: ('{RUN}', '{lane}', 3)"]


def test_what_was_written_last_and_never_came_is_missed_in_the_sum():
    assert faults(rows(1, 2), 3) == ["2 numbers came of 3 that were written"]


def test_a_run_of_which_nothing_came_is_missed_in_the_sum():
    assert faults([], 1) == ["0 numbers came of 1 that were written"]


def test_a_record_that_is_stored_twice_is_named():
    assert faults(rows(1, 2, 2), 2) == [f"stored twice: ('{RUN}', 'up', 2)"]


def test_the_same_number_of_another_run_or_lane_is_another_record():
    other = [row._replace(run="1" * 16) for row in rows(1, 2)]
    assert faults(rows(1, 2) + rows(1, 2, lane="al") + other, 6) == []


def test_what_is_named_as_dropped_is_not_lost_where_the_disk_was_full():
    found = [*rows(1, 2), dropped(3, 6), *rows(7)]
    assert faults(found, 7, may_drop=True) == []
    assert faults(found, 7) == ["dropped with room left: {'up': 3}"]


def test_what_came_all_the_same_was_not_dropped():
    assert account([*rows(1, 2, 3, 4), dropped(2, 5)]).dropped == {"up": 0}


def test_a_dropped_alarm_is_a_fault_whatever_the_disk():
    found = [*rows(1, lane="al"), dropped(2, 3, lane="al")]
    assert faults(found, 3, may_drop=True) == ["1 alarms were dropped"]
