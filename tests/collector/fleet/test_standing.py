"""A path speaks while a certificate of it is in force that nobody revoked."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.fleet.standing import Standings
from sites.topic import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATH = Path("aaaaaaaaaaaaaaaa", 1)
LATER, BEFORE = NOW + timedelta(days=1), NOW - timedelta(days=1)


def row(until: datetime | None, last: datetime, *, revoked: bool = False):
    return {
        "device": PATH.device, "way": 1, "until": until, "revoked": revoked,
        "last": last,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([row(LATER, LATER)], None),
        ([row(BEFORE, BEFORE)], "expired"),
        ([row(NOW, NOW)], "expired"),
        ([row(None, LATER, revoked=True)], "revoked"),
        ([row(BEFORE, LATER, revoked=True)], "revoked"),
        # one that was revoked long ago, and a newer one that stands or has expired
        ([row(LATER, LATER, revoked=False)], None),
        ([row(BEFORE, LATER, revoked=False)], "expired"),
        # an old one in force does not save it, where the newest was revoked: see below
        ([row(None, LATER, revoked=True), row(LATER, LATER)], None),
    ],
)
def test_why_a_path_may_not_speak(rows: list[dict[str, object]], why: str | None):
    standings = Standings(required=True)
    for one in rows:
        standings.learn([one])
    assert standings.refusal(PATH, NOW) == why
    assert standings.refused(NOW) == ({PATH: why} if why else {})


def test_a_clock_of_ours_that_was_set_ahead_makes_nobody_expire():
    standings = Standings(required=True)
    standings.learn([row(LATER, LATER)])
    year = timedelta(days=365)
    standings.store_time = NOW
    assert standings.refusal(PATH, NOW + year) is None
    assert standings.refused(NOW + year) == {}
    standings.learn([row(None, LATER, revoked=True)])
    assert standings.refusal(PATH, NOW + year) == "revoked"
    standings.store_time = LATER
    standings.learn([row(LATER, LATER)])
    assert standings.refusal(PATH, NOW + year) == "expired"
    assert standings.refusal(PATH, NOW) is None


def test_one_that_never_had_a_certificate_speaks_where_nobody_wants_one():
    assert Standings(required=False).refusal(PATH, NOW) is None
    assert Standings(required=True).refusal(PATH, NOW) == "uncertified"
    known = Standings(required=False)
    known.learn([row(None, LATER, revoked=True)])
    assert known.refusal(PATH, NOW) == "revoked"


def test_who_tries_to_speak_is_noted_and_who_may_is_not():
    standings = Standings(required=True)
    standings.learn([row(LATER, LATER)])
    assert standings.judge(PATH, NOW) is None
    assert standings.knocked == set()
    assert standings.judge(PATH, LATER) == "expired"
    assert standings.knocked == {PATH}


def test_a_broker_without_the_list_lets_in_what_has_not_expired():
    standings = Standings(required=True)
    standings.learn([row(None, LATER, revoked=True)])
    assert standings.may_be_let_in(PATH, NOW)
    assert not standings.may_be_let_in(PATH, LATER)
    assert not standings.may_be_let_in(Path("b" * 16, 1), NOW)
