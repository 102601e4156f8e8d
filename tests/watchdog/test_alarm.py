"""The watchdog says each thing once, again while it lasts, and once that it is over."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.watchdog.alarm import AGAIN, AWAY, TROUBLES, Say, Sight, Trouble, to_say

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
DEAF = Sight(frozenset({"deaf"}))


def test_what_begins_is_said_at_once():
    assert to_say(DEAF, {}, NOW) == (Say("deaf", "began"),)


def test_what_lasts_is_said_again_each_quarter_of_an_hour():
    told: dict[Trouble, datetime] = {"deaf": NOW}
    assert to_say(DEAF, told, NOW + AGAIN - timedelta(seconds=1)) == ()
    assert to_say(DEAF, told, NOW + AGAIN) == (Say("deaf", "lasts"),)


def test_what_is_over_is_said_once():
    assert to_say(Sight(), {"deaf": NOW}, NOW) == (Say("deaf", "well"),)
    assert to_say(Sight(), {}, NOW) == ()


def test_while_the_database_is_away_nothing_else_begins_or_ends():
    told: dict[Trouble, datetime] = {"overdue": NOW}
    assert to_say(AWAY, told, NOW) == (Say("away", "began"),)


sights = st.builds(
    Sight,
    st.frozensets(st.sampled_from(TROUBLES)),
    st.frozensets(st.sampled_from(TROUBLES)),
)


@given(st.lists(st.tuples(sights, st.integers(1, 1200)), max_size=30))
def test_nothing_is_well_that_was_never_said_and_nothing_begins_twice(looks):
    told: dict[Trouble, datetime] = {}
    now = NOW
    for sight, seconds in looks:
        now += timedelta(seconds=seconds)
        for say in to_say(sight, told, now):
            assert (say.word == "began") == (say.trouble not in told)
            assert (say.word == "well") == (say.trouble not in sight.troubles)
            if say.word == "well":
                del told[say.trouble]
            else:
                told[say.trouble] = now
        assert sight.troubles - sight.unknown <= set(told)
