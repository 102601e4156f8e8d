"""Runs of numbers: as sets of numbers say it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake import number

NUMBERS = st.lists(st.integers(1, 40), max_size=30)


def members(runs: object) -> list[int]:
    assert isinstance(runs, list | tuple)
    return [one for first, last in runs for one in range(first, last + 1)]


@pytest.mark.parametrize(
    ("numbers", "runs"),
    [
        ([], ()),
        ([5], ((5, 5),)),
        ([1, 2, 3], ((1, 3),)),
        ([1, 3], ((1, 1), (3, 3))),
        ([2, 1], ((2, 2), (1, 1))),
        ([1, 1], ((1, 1), (1, 1))),
        ([1, 3, 2], ((1, 1), (3, 3), (2, 2))),
        ([1, 2, 2, 3], ((1, 2), (2, 3))),
    ],
)
def test_neighbours_become_one_run(numbers: list[int], runs: object):
    assert number.runs_of(numbers) == runs


@given(NUMBERS)
def test_runs_hold_what_was_put_in_as_often_as_it_was(numbers: list[int]):
    runs = number.runs_of(numbers)
    assert members(runs) == numbers
    assert number.size(runs) == len(numbers)


@given(NUMBERS)
def test_a_union_has_each_number_once_in_the_fewest_runs(numbers: list[int]):
    joined = number.union(number.runs_of(numbers))
    assert members(joined) == sorted(set(numbers))
    assert all(a[1] + 1 < b[0] for a, b in pairwise(joined))


@given(NUMBERS, st.integers(1, 40), st.integers(0, 5))
def test_a_union_holds_a_run_that_is_whole_in_it(
    numbers: list[int], first: int, more: int
):
    joined = number.union(number.runs_of(numbers))
    wanted = set(range(first, first + more + 1))
    assert number.holds(joined, first, first + more) == (wanted <= set(numbers))
    assert number.touches(joined, first, first + more) == bool(wanted & set(numbers))
    assert number.below(joined, first) == sum(one < first for one in set(numbers))


@given(NUMBERS)
def test_what_is_written_is_read_again(numbers: list[int]):
    joined = number.union(number.runs_of(numbers))
    assert number.read(number.written(joined)) == joined
