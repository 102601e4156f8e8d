"""The window says what may go, and what must go again."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from edge.window import ALARMS, PLAIN, Pace, Window

STEADY = Pace(first=5, longest=300, most=8, jitter=0)


def sent(pace: Pace = STEADY, *names: str) -> Window[str]:
    window: Window[str] = Window(pace, Random(1))  # noqa: S311  # jitter, no secret
    for name in names:
        window.add(f"load of {name}", b"sealed", name, now=100.0)
    return window


def again(window: Window[str], now: float) -> float:
    """Resend the first flight at `now`; gives after how long it is due once more."""
    flight = window.flights[0]
    window.again(flight, now, b"sealed", flight.names[0])
    return flight.due - now


def test_nothing_is_due_in_an_empty_window():
    assert sent().next_due == float("inf")
    assert sent().due(1e9) == []


def test_no_more_than_eight_are_under_way():
    window = sent(STEADY, *"abcdefg")
    assert window.open
    window.add("load", b"sealed", "h", now=100.0)
    assert not window.open


def test_a_plain_frame_goes_again_after_5_seconds_doubling_to_5_minutes():
    window = sent(STEADY, "a")
    assert window.due(104.9) == []
    assert [flight.load for flight in window.due(105.0)] == ["load of a"]
    assert [again(window, 0.0) for _ in range(8)] == [
        10, 20, 40, 80, 160, 300, 300, 300,
    ]  # fmt: skip


def test_an_alarm_goes_again_every_2_seconds():
    window = sent(ALARMS, "a")
    assert [again(window, 0.0) for _ in range(5)] == [2.0] * 5


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_jitter_stays_within_a_fifth(seed: int, tries: int):
    window: Window[str] = Window(PLAIN, Random(seed))  # noqa: S311  # no secret
    delay = window._delay(tries)
    exact = min(5.0 * 2 ** (tries - 1), 300.0)
    assert 0.8 * exact <= delay <= 1.2 * exact


def test_a_receipt_settles_what_it_names_and_nothing_else():
    window = sent(STEADY, "a", "b")
    assert window.settle("nobody", 101.0) is None
    flight = window.settle("b", 101.0)
    assert flight is not None
    assert flight.load == "load of b"
    assert window.settle("b", 101.0) is None
    assert [flight.load for flight in window.flights] == ["load of a"]


def test_a_receipt_brings_forward_what_was_put_off_for_long():
    window = sent(STEADY, "a", "b")
    for _ in range(8):
        again(window, 200.0)
    assert window.flights[0].due == 500.0
    window.settle("b", 203.0)
    assert window.flights[0].due == 205.0


def test_a_late_receipt_for_an_earlier_seal_settles_too():
    window = sent(STEADY, "a")
    window.again(window.flights[0], 105.0, b"other seal", "a2")
    flight = window.settle("a", 106.0)
    assert flight is not None
    assert flight.load == "load of a"
    assert window.flights == []


def test_the_names_of_one_flight_are_bounded():
    window = sent(STEADY, "a")
    for number in range(100):
        window.again(window.flights[0], 0.0, b"seal", f"name {number}")
    assert len(window.flights[0].names) == 16
    flight = window.settle("name 99", 1.0)
    assert flight is not None
    assert flight.load == "load of a"


def test_a_new_connection_makes_everything_due_at_once():
    window = sent(STEADY, "a", "b")
    for _ in range(8):
        again(window, 200.0)
    window.reopen(201.0)
    assert len(window.due(201.0)) == 2
    assert again(window, 201.0) == 5


def test_the_oldest_under_way_is_as_old_as_its_first_try():
    window = sent(STEADY, "a")
    window.add("load of b", b"sealed", "b", now=150.0)
    again(window, 200.0)
    assert window.oldest == 100.0
    window.settle("a", 201.0)
    assert window.oldest == 150.0
    window.settle("b", 201.0)
    assert window.oldest == float("inf")
