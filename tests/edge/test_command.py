"""Which commands from afar are obeyed, and why the others are not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from edge.command import (
    AHEAD,
    FORGOTTEN,
    Addressee,
    Again,
    Memory,
    Obey,
    Refusal,
    begun_anew,
    digest_of,
    judge,
)
from edge.trusted_time import AGREE_S
from sites.answer import Delivery, deliver
from sites.command import LONGEST, AcceptView, Arm, Command, HoldClip, Restart, sign
from sites.health import CommandTrouble
from tests.edge.records import NOON, after
from tests.edge.wire import DEVICE

KEY, COLLECTOR = SigningKey(bytes([7]) * 32), SigningKey(bytes([8]) * 32)
STATION = Addressee(DEVICE, KEY.verify_key, home=False)
HOME = Addressee(DEVICE, KEY.verify_key, home=True)
HOUR = timedelta(hours=1)


def command(number: int = 7, **changes: Any) -> Command:
    fields: dict[str, Any] = {
        "device": DEVICE,
        "number": number,
        "made": NOON,
        "expires": NOON + HOUR,
        "order": Restart(),
    }
    return Command(**(fields | changes))


def brought(
    made: Command | None = None, at: datetime = NOON, key: SigningKey = KEY
) -> Delivery:
    return deliver(sign(made or command(), key), at)


def obeyed(made: Command | None = None, **changes: Any) -> Memory:
    """Give the memory of a device that obeyed a command."""
    decision = judge(brought(made, **changes), STATION, Memory(), NOON)
    assert isinstance(decision, Obey)
    return decision.memory


REFUSED: list[tuple[CommandTrouble, Command, dict[str, Any]]] = [
    ("forged", command(), {"key": COLLECTOR}),
    ("another_device", command(device="z" * 16), {}),
    ("repeated", command(3), {}),
    ("repeated", command(5), {}),
    ("expired", command(expires=NOON), {}),
    ("expired", command(expires=NOON - HOUR), {}),
    ("expired", command(made=NOON - LONGEST, expires=NOON + 99 * LONGEST), {}),
    ("too_early", command(made=NOON + AHEAD + timedelta(seconds=1)), {}),
    ("unknown_order", command(order=None), {}),
]


@pytest.mark.parametrize("place", [STATION, HOME], ids=["station", "home"])
@pytest.mark.parametrize(("trouble", "made", "how"), REFUSED)
def test_what_is_forged_old_or_not_for_us_is_refused_a17(
    trouble: CommandTrouble, made: Command, how: dict[str, Any], place: Addressee
):
    decision = judge(brought(made, **how), place, obeyed(command(5)), NOON)
    vouched = trouble not in {"forged", "another_device"}
    assert decision == Refusal(trouble, made.number if vouched else None)


def test_what_is_good_is_obeyed_once_its_number_is_written_down():
    decision = judge(brought(), STATION, Memory(3), NOON)
    assert isinstance(decision, Obey)
    assert decision.order == Restart()
    assert (decision.memory.number, decision.memory.done) == (7, False)


def test_a_device_without_a_key_for_commands_obeys_none():
    nobody = Addressee(DEVICE, None, home=False)
    assert judge(brought(), nobody, Memory(), NOON) == Refusal("no_key")


def test_while_the_time_is_not_known_nothing_is_obeyed():
    assert judge(brought(), STATION, Memory(), None) == Refusal("no_time", 7)


def test_one_that_comes_a_moment_before_its_end_is_obeyed_and_at_its_end_not():
    late = NOON + HOUR - timedelta(microseconds=1)
    assert isinstance(judge(brought(), STATION, Memory(), late), Obey)
    assert judge(brought(), STATION, Memory(), NOON + HOUR) == Refusal("expired", 7)


@pytest.mark.parametrize(
    "order", [AcceptView(1), HoldClip("ab" * 32), Arm("away"), Arm("night")]
)
def test_at_home_only_what_is_not_the_household_s_is_obeyed(order: Any):
    made = brought(command(order=order))
    assert judge(made, HOME, Memory(), NOON) == Refusal("not_allowed_here", 7)
    assert isinstance(judge(made, STATION, Memory(), NOON), Obey)
    assert isinstance(judge(brought(), HOME, Memory(), NOON), Obey)


def test_the_collector_may_bring_anew_what_it_does_not_know_was_obeyed():
    memory = obeyed()
    for seconds in (30, 60, 15):
        again = judge(brought(at=after(seconds)), STATION, memory, NOON)
        assert isinstance(again, Again)
        memory = again.memory
    assert (memory.number, len(memory.heard)) == (7, 4)


def test_what_somebody_recorded_and_plays_back_is_repeated():
    memory = obeyed()
    assert judge(brought(), STATION, memory, NOON) == Refusal("repeated", 7)
    again = judge(brought(at=after(30)), STATION, memory, NOON)
    assert isinstance(again, Again)
    played = judge(brought(at=after(30)), STATION, again.memory, NOON)
    assert played == Refusal("repeated", 7)


def test_another_command_under_a_number_that_was_obeyed_is_repeated():
    other = brought(command(order=Arm("away")), at=after(30))
    assert judge(other, STATION, obeyed(), NOON) == Refusal("repeated", 7)


def test_of_a_lost_memory_nothing_that_may_have_been_obeyed_is_obeyed_again():
    assert judge(brought(), STATION, None, NOON) == Refusal("memory_lost", 7)
    anew = begun_anew(NOON)
    for seconds in (0, AHEAD.total_seconds()):
        made = command(made=after(seconds))
        late = judge(brought(made), STATION, anew, NOON)
        assert late == Refusal("memory_lost", 7)
    later = after(FORGOTTEN.total_seconds() + 1)
    made = command(made=later, expires=later + HOUR)
    assert isinstance(judge(brought(made), STATION, anew, later), Obey)


def test_a_lost_memory_stays_lost_for_what_it_lost_after_it_obeyed_again():
    later = after(FORGOTTEN.total_seconds() + 1)
    made = command(made=later, expires=later + HOUR)
    decision = judge(brought(made), STATION, begun_anew(NOON), later)
    assert isinstance(decision, Obey)
    old = judge(brought(command(8)), STATION, decision.memory, later)
    assert old == Refusal("memory_lost", 8)


LAGS = st.floats(0, AGREE_S)  # so far behind is the time that a device is told


@given(st.floats(0, AHEAD.total_seconds()), LAGS, LAGS, LAGS, st.floats(0, 4e5))
def test_what_was_obeyed_and_forgotten_is_never_obeyed_again(
    ahead: float, at_first: float, at_loss: float, at_last: float, passed: float
):
    told = NOON - timedelta(seconds=at_first)
    made = told + timedelta(seconds=ahead)  # by a clock that is as wrong as may be
    once = brought(command(made=made, expires=made + LONGEST))
    assert isinstance(judge(once, STATION, Memory(), told), Obey)
    anew = begun_anew(NOON - timedelta(seconds=at_loss))
    later = NOON + timedelta(seconds=passed - at_last)
    assert isinstance(judge(once, STATION, anew, later), Refusal)


STREAM = st.lists(
    st.tuples(
        st.integers(1, 6),  # number
        st.integers(0, 3),  # when it was wrapped up
        st.sampled_from(["good", "forged", "elsewhere", "old"]),
        st.booleans(),  # the device starts anew before it comes
    ),
    max_size=30,
)


@given(STREAM)
def test_in_any_order_each_is_obeyed_once_at_most_and_never_after_a_later_one(
    stream: list[tuple[int, int, str, bool]],
):
    memory, done = Memory(), list[int]()
    for number, wrapped, what, restarts in stream:
        made = command(
            number,
            device="z" * 16 if what == "elsewhere" else DEVICE,
            expires=NOON if what == "old" else NOON + HOUR,
        )
        key = COLLECTOR if what == "forged" else KEY
        decision = judge(brought(made, after(wrapped), key), STATION, memory, NOON)
        if isinstance(decision, Obey):
            assert what == "good"
            done.append(number)
            memory = decision.memory
        elif isinstance(decision, Again) and not restarts:
            assert number == done[-1]
            memory = decision.memory
    assert done == sorted(set(done))


def test_two_commands_are_told_apart_by_what_they_say():
    assert digest_of(brought()) == digest_of(brought(at=after(9)))
    assert digest_of(brought()) != digest_of(brought(command(order=Arm("away"))))
