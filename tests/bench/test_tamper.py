"""An attack is judged by the first name that is given to it."""

import pytest

from tests.bench.tamper import Named, confusion, judge, latencies, recall

BEGIN, END = 20.0, 36.0


def test_the_right_name_in_time_is_right():
    named = judge([(26.0, "covered"), (38.0, "restored")], "covered", BEGIN, END)
    assert named == Named("covered", "covered", 6.0, 6.0, restored=True)
    assert named.is_right


@pytest.mark.parametrize(("half_s", "right"), [(0.0, False), (3.0, True)])
def test_ten_seconds_count_from_when_half_of_it_is_done(half_s, right):
    named = judge([(32.0, "covered")], "covered", BEGIN, END, half_s)
    assert (named.after_s, named.late_s) == (12.0, 12.0 - half_s)
    assert named.is_right is right


def test_another_name_first_is_wrong_though_the_right_one_comes_too():
    named = judge([(24.0, "black"), (26.0, "covered")], "covered", BEGIN, END)
    assert (named.name, named.is_right, named.restored) == ("black", False, False)


def test_nothing_said_is_nothing_named():
    named = judge([], "turned", BEGIN, END)
    assert named == Named("turned", restored=False)
    assert not named.is_right


def test_what_was_told_before_is_counted_apart():
    told = [(4.0, "looping"), (9.0, "restored"), (25.0, "black")]
    named = judge(told, "black", BEGIN, None)
    assert (named.before, named.name, named.restored) == (1, "black", None)


def test_an_end_that_is_told_before_the_end_is_none():
    told = [(24.0, "black"), (30.0, "restored")]
    assert judge(told, "black", BEGIN, END).restored is False


def test_the_table_counts_names_by_attack():
    named = [
        ("covered fast", Named("covered", "covered", 2.0, 2.0)),
        ("covered fast", Named("covered", "black", 2.0, 2.0)),
        ("cut", Named("lost")),
    ]
    assert confusion(named) == {
        "covered fast": {"covered": 1, "black": 1},
        "cut": {"nothing": 1},
    }
    assert recall([one for _, one in named]) == pytest.approx(1 / 3)


def test_only_right_names_have_a_latency():
    named = [
        Named("black", "black", 2.0, 2.0),
        Named("black", "black", 5.0, 5.0),
        Named("black", "covered", 9.0, 9.0),
        Named("black"),
    ]
    assert latencies(named) == (3.5, 5.0)
    assert latencies(named[2:]) is None
