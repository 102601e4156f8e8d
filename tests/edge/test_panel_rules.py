"""What holds for the panel whatever happens, in whatever order."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge.panel import arm, disarm, observe, start, tick
from edge.panel_state import Decision, PanelState
from sites.event import (
    AlarmEnded,
    AlarmRaised,
    ContactClosed,
    DuressEntered,
    PanicPressed,
)
from sites.record import Record
from tests.edge.house import (
    ENTRANCE,
    FRONT,
    OFFICE,
    SCHEDULED,
    TAMPER,
    WINDOW,
    front,
    gate,
    moves,
    tampered,
    window,
)
from tests.edge.records import after

WORDS = [
    "front", "front closed", "window", "window closed", "gate", "moves", "tampered",
    "panic", "duress", "arm away", "arm night", "disarm", "tick", "restart",
]  # fmt: skip
STORY = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 40_000)), max_size=30)


SENSED: dict[str, Callable[[datetime], Record]] = {
    "front": front,
    "front closed": lambda at: ContactClosed(at=at, sensor=FRONT, zone=ENTRANCE),
    "window": window,
    "window closed": lambda at: ContactClosed(at=at, sensor=WINDOW, zone=OFFICE),
    "gate": gate,
    "moves": moves,
    "tampered": tampered,
    "panic": lambda at: PanicPressed(at=at, sensor=9, silent=False),
    "duress": lambda at: DuressEntered(at=at),
}


def sensed(word: str, at: datetime) -> Record | None:
    """Give what a sensor or a person says; None for what is no record."""
    return SENSED[word](at) if word in SENSED else None


def done(state: PanelState, word: str, at: datetime) -> Decision:
    """Let one thing happen."""
    record = sensed(word, at)
    if record is not None:
        return observe(state, SCHEDULED, record)
    match word:
        case "arm away":
            return arm(state, SCHEDULED, "away", at)
        case "arm night":
            return arm(state, SCHEDULED, "night", at)
        case "disarm":
            return disarm(state, at)
        case "restart":
            saved = msgspec.json.encode(state)
            read = msgspec.json.decode(saved, type=PanelState)
            assert read == state
            return start(read, SCHEDULED, read.open, at)
        case _:
            return tick(state, SCHEDULED, at)


def told(story: list[tuple[str, int]]) -> list[tuple[PanelState, str, Decision]]:
    """Tell a story; gives the state before each step, the word and the decision."""
    state, seconds, steps = PanelState(), 0, []
    for word, pause in story:
        seconds += pause
        decision = done(state, word, after(seconds))
        steps.append((state, word, decision))
        state = decision.state
    return steps


@given(STORY)
def test_what_is_sensed_is_always_written_down_first(story: list[tuple[str, int]]):
    for _, word, decision in told(story):
        record = sensed(word, after(0))
        if record is not None:
            assert type(decision.records[0]) is type(record)


@given(STORY)
def test_no_restart_disarms(story: list[tuple[str, int]]):
    for before, word, decision in told(story):
        if word == "restart":
            assert decision.state == before


@given(STORY)
def test_no_sensor_raises_twice_in_one_alarm(story: list[tuple[str, int]]):
    raised: set[int | None] = set()
    for before, _, decision in told(story):
        for record in decision.records:
            if isinstance(record, AlarmEnded):
                raised.clear()
            if isinstance(record, AlarmRaised):
                assert record.sensor not in raised
                raised.add(record.sensor)
        if decision.state.phase != "alarm" or before.phase != "alarm":
            raised &= set(decision.state.raised)


@given(STORY)
def test_an_opened_housing_leaves_the_panel_in_alarm(story: list[tuple[str, int]]):
    for _, word, decision in told(story):
        if word == "tampered":
            assert decision.state.phase == "alarm"
            assert TAMPER in decision.state.raised


@given(STORY)
def test_an_alarm_ends_by_hand_or_by_the_next_arming(story: list[tuple[str, int]]):
    for before, word, decision in told(story):
        if before.phase == "alarm" and decision.state.phase != "alarm":
            by_hand = word in {"disarm", "duress"}
            afresh = word == "tick" and decision.state.phase in {"arming", "armed"}
            assert by_hand or afresh


@given(STORY)
def test_a_delay_is_never_waited_for_without_an_end(story: list[tuple[str, int]]):
    for _, _, decision in told(story):
        waits = decision.state.phase in {"arming", "entry"}
        assert waits == (decision.state.until is not None)


@given(STORY)
def test_only_a_disarmed_or_tampered_panel_has_no_mode(story: list[tuple[str, int]]):
    for _, _, decision in told(story):
        if decision.state.mode is None:
            assert decision.state.phase in {"disarmed", "alarm"}
        if decision.state.phase == "disarmed":
            assert decision.state.mode is None
