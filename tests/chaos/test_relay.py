"""The bad network does what its weather says, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.chaos.relay import (
    CALM,
    DEAF,
    MUTE,
    STALLED,
    Relay,
    Weather,
    network,
)

SECONDS = 20
SHORT_S = 0.3


def echo(listening: socket.socket) -> None:
    """Send back what comes, one connection after the other."""
    while True:
        try:
            came, _ = listening.accept()
        except OSError:
            return
        with came:
            try:
                while data := came.recv(65536):
                    came.sendall(data)
            except OSError:
                continue


@pytest.fixture
def relay() -> Iterator[Relay]:
    """Give a link to somebody who repeats what he hears."""
    with socket.create_server(("127.0.0.1", 0)) as listening, network() as links:
        threading.Thread(target=echo, args=(listening,), daemon=True).start()
        yield links.link(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


@contextmanager
def connected(relay: Relay) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", relay.port), SECONDS) as one:
        yield one


def comes(one: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (data := one.recv(65536)):
        got += data
    return got


def hears_nothing(one: socket.socket) -> bool:
    one.settimeout(SHORT_S)
    try:
        one.recv(1)
    except TimeoutError:
        return True
    finally:
        one.settimeout(SECONDS)
    return False


@pytest.mark.parametrize(
    "weather", [CALM, Weather(delay_s=0.05), Weather(rate=100_000)]
)
def test_what_passes_is_whole_and_in_order(relay: Relay, weather: Weather):
    sent = bytes(range(256)) * 40
    relay.change(weather)
    with connected(relay) as one:
        one.sendall(sent)
        assert comes(one, len(sent)) == sent
    assert relay.passed == {"up": len(sent), "down": len(sent)}


@pytest.mark.parametrize(
    ("weather", "passed"),
    [(STALLED, 0), (MUTE, 0), (DEAF, 4)],
    ids=["stalled", "mute", "deaf"],
)
def test_a_stall_holds_back_its_direction_alone_and_loses_nothing(
    relay: Relay, weather: Weather, passed: int
):
    with connected(relay) as one:
        relay.change(weather)
        one.sendall(b"held")
        assert hears_nothing(one)
        assert relay.passed == {"up": passed, "down": 0}
        relay.change(CALM)
        assert comes(one, 4) == b"held"


def test_a_cut_resets_what_stands_and_the_next_connection_is_good(relay: Relay):
    with connected(relay) as one:
        one.sendall(b"first")
        assert comes(one, 5) == b"first"
        relay.cut()
        with pytest.raises(ConnectionResetError):
            comes(one, 1)
    with connected(relay) as two:
        two.sendall(b"again")
        assert comes(two, 5) == b"again"


def test_refusing_lets_nobody_in_until_it_ends(relay: Relay):
    relay.change(Weather(refused=True))
    with pytest.raises(ConnectionResetError), connected(relay) as one:
        one.recv(1)
    relay.change(CALM)
    with connected(relay) as two:
        two.sendall(b"in")
        assert comes(two, 2) == b"in"


def test_a_target_that_is_down_is_a_connection_that_is_reset(relay: Relay):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        relay.target = gone.getsockname()[1]
    with pytest.raises(ConnectionResetError), connected(relay) as one:
        one.recv(1)
