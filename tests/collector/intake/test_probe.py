"""Only probes that came back in time prove that we heard."""

import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.probe import LATE, Probe, Stretch, proven
from tests.collector.intake.test_source import listening
from tests.collector.waiting import until
from tests.servers.mosquitto import Broker

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
S = timedelta(seconds=1)


def at(seconds: float) -> datetime:
    return NOW + seconds * S


@pytest.mark.parametrize(
    ("before", "sent", "back", "after"),
    [
        (None, 5, 5.1, (5, 5)),
        ((0, 5), 6, 6.1, (0, 6)),
        ((0, 5), 8, 8.1, (0, 8)),
        ((0, 5), 8.1, 8.2, (8.1, 8.1)),  # too long after the one before
        ((0, 5), 6, 9.0, (0, 6)),
        ((0, 5), 6, 9.1, (9.1, 9.1)),  # too long on its way
        ((0, 5), 6, 5.9, (5.9, 5.9)),  # the clock was set back
        ((0, 5), 4, 5.5, (0, 5)),  # proven already
        ((0, 5), 1, 1.5, (1, 1)),  # the clock was set back before
    ],
)
def test_a_stretch_goes_on_while_each_comes_in_time(before, sent, back, after):
    stretch = None if before is None else Stretch(at(before[0]), at(before[1]))
    assert proven(stretch, at(sent), at(back)) == Stretch(at(after[0]), at(after[1]))


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 6)), min_size=1))
def test_no_second_is_proven_that_lies_between_two_late_ones(probes):
    probe, now = Probe(), NOW
    heard: list[tuple[datetime, datetime]] = []
    for pause, way in probes:
        sent = now + pause * S
        now = sent + way * S
        probe.came_back(probe.ask(sent), now)
        heard.append((sent, now))
    stretch = probe.stretch
    assert stretch is not None
    assert stretch.since <= stretch.until <= now
    inside = [one for one in heard if stretch.since < one[0] <= stretch.until]
    for (before, _), (sent, back) in pairwise(heard):
        if (sent, back) in inside:
            assert back - sent <= LATE
            assert sent - before <= LATE or before < stretch.since


def test_words_that_are_not_ours_prove_nothing():
    probe = Probe()
    probe.ask(at(0))
    probe.came_back(b"x" * 16, at(0.1))
    assert probe.heard(at(-9)) is None


def test_words_are_not_awaited_for_ever():
    probe = Probe()
    first, *_, last = [probe.ask(at(seconds)) for seconds in range(3600)]
    assert len(probe._asked) == 61
    probe.came_back(first, at(3600))
    assert probe.heard(at(0)) is None
    probe.came_back(last, at(3600))
    assert probe.heard(at(0)) == Stretch(at(3599), at(3599))
    probe.ask(at(-3600))  # the clock was set
    assert len(probe._asked) == 1


def test_the_same_words_twice_prove_it_once():
    probe = Probe()
    first, second = probe.ask(at(0)), probe.ask(at(1))
    probe.came_back(second, at(1.1))
    probe.came_back(first, at(1.2))
    probe.came_back(second, at(2))
    assert probe.heard(at(-9)) == Stretch(at(1), at(1))


def test_what_was_proven_is_over_with_the_connection():
    probe = Probe()
    nonce = probe.ask(at(0))
    probe.came_back(nonce, at(0.1))
    probe.lost()
    assert probe.heard(at(-9)) is None
    probe.came_back(nonce, at(0.2))
    assert probe.heard(at(-9)) is None


def test_what_was_dropped_since_counts_from_then():
    probe = Probe()
    for second in (0, 1, 2):
        probe.came_back(probe.ask(at(second)), at(second + 0.1))
    assert probe.heard(at(1.5)) == Stretch(at(1.5), at(2))
    assert probe.heard(None) is None


async def test_a_broker_that_hangs_is_found_by_the_probe(private_broker: Broker):
    pid = private_broker.pid
    assert pid is not None
    async with listening(private_broker, "five/al") as source:
        await until(lambda: source.proven is not None)
        first = source.proven
        assert first is not None
        await until(lambda: source.proven and source.proven.until > first.until)
        assert source.proven is not None
        assert source.proven.since == first.since
        os.kill(pid, signal.SIGSTOP)
        try:
            hung = source.proven.until
            await until(lambda: datetime.now(UTC) - hung > LATE + 2 * S)
            assert source.listening_since is not None  # nothing else says so
            assert source.proven.until - hung <= 2 * S
        finally:
            os.kill(pid, signal.SIGCONT)
        await until(
            lambda: source.proven is not None and source.proven.since > hung + LATE
        )


async def test_probes_are_no_frames(private_broker: Broker):
    async with listening(private_broker, "six/al") as source:
        await until(lambda: source.proven is not None)
        assert source.depth == 0
