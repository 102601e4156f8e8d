"""A flood is told in few words, and yet to the last one."""

from hypothesis import given
from hypothesis import strategies as st

from edge.tally import FIRST_S, LONGEST_S, Tally

DAY_S = 86_400.0


@given(
    st.lists(st.tuples(st.floats(0, 4000), st.sampled_from("abc")), max_size=60),
)
def test_nothing_is_left_uncounted_and_nothing_counted_twice(
    steps: list[tuple[float, str]],
):
    tally: Tally[str] = Tally()
    now, told = 0.0, dict.fromkeys("abc", 0)
    for wait, thing in steps:
        now += wait
        for due, count in tally.due(now):
            told[due] += count
        told[thing] += tally.note(thing, now)
    for rest, count in tally.rest():
        told[rest] += count
    assert told == {one: sum(thing == one for _, thing in steps) for one in "abc"}
    assert list(tally.rest()) == []


def test_a_flood_of_a_day_is_told_in_thirty_lines():
    tally: Tally[str] = Tally()
    lines, counted = 0, 0
    for second in range(int(DAY_S)):
        if tally.note("forged", float(second)):
            lines, counted = lines + 1, counted + 1
        for _, count in tally.due(float(second)):
            lines, counted = lines + 1, counted + count
    counted += sum(count for _, count in tally.rest())
    assert counted == DAY_S
    assert lines <= 30


def test_the_first_is_told_at_once_and_again_after_it_stayed_away():
    tally: Tally[str] = Tally()
    assert tally.note("a", 0.0)
    assert not tally.note("a", 1.0)
    assert list(tally.due(FIRST_S - 1)) == []
    assert list(tally.due(FIRST_S)) == [("a", 1)]
    assert list(tally.due(FIRST_S + LONGEST_S)) == []
    assert "a" not in tally
    assert len(tally) == 0
    assert tally.note("a", 2 * LONGEST_S)
