"""Packets fare as the storm says, both ways or one; what TCP brings is whole."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.chaos.air import STILL, Air, Line, Storm, air
from tests.chaos.relay import Direction
from tests.servers.need import needed

SECONDS = 20
QUIET_S = 1.0
MANY = 100  # fit into the buffer of who hears them
BOTH: tuple[Direction, ...] = ("up", "down")


@pytest.fixture
def sky() -> Iterator[Air]:
    with needed(), air() as made:
        yield made


Ends = tuple[socket.socket, socket.socket]


@contextmanager
def ends(sky: Air, line: Line, direction: Direction) -> Iterator[Ends]:
    """Give who sends in a direction of a line, and who hears it."""
    sending, hearing = sky.near, sky.far
    if direction == "down":
        sending, hearing = hearing, sending
    host = line.there if direction == "up" else line.here
    with hearing.hear(socket.SOCK_DGRAM, host) as hearer:
        hearer.settimeout(QUIET_S)
        with sending.reach(socket.SOCK_DGRAM, *hearer.getsockname()) as sender:
            yield sender, hearer


def count_off(sky: Air, line: Line) -> list[int]:
    """Send numbered packets up the line; give the numbers in the order they come."""
    with ends(sky, line, "up") as (sender, hearer):
        came = []
        for number in range(MANY):
            sender.send(number.to_bytes(2, "big"))
        while True:
            try:
                came.append(int.from_bytes(hearer.recv(10), "big"))
            except TimeoutError:
                return came


def test_still_air_brings_every_packet_once_and_in_order(sky: Air):
    line = sky.line()
    assert count_off(sky, line) == list(range(MANY))
    assert line.told["up"] == MANY


def test_some_packets_are_lost_and_no_other(sky: Air):
    line = sky.line()
    line.storm = Storm(lost=0.3)
    came = count_off(sky, line)
    assert sorted(set(came)) == came
    assert len(came) == MANY - line.told["lost"]
    assert 10 < line.told["lost"] < 60


def test_some_packets_come_twice(sky: Air):
    line = sky.line()
    line.storm = Storm(doubled=0.3)
    came = count_off(sky, line)
    assert set(came) == set(range(MANY))
    assert len(came) == MANY + line.told["doubled"]
    assert line.told["doubled"] > 10


def test_packets_overtake_those_that_are_late(sky: Air):
    line = sky.line()
    line.storm = Storm(late=0.3)
    came = count_off(sky, line)
    assert came != sorted(came)
    assert sorted(came) == list(range(MANY))


def test_the_same_seed_has_the_same_fates_and_another_has_others():
    def fates(seed: int) -> list[list[float]]:
        line = Line("here", "there", {}, random.Random(seed))  # noqa: S311  # repeatable
        line.storm = Storm(0.1, lost=0.3, doubled=0.3, late=0.3)
        return [list(line.fates("up")) for _ in range(MANY)]

    assert fates(7) == fates(7)
    assert fates(7) != fates(8)
    assert {len(one) for one in fates(7)} == {0, 1, 2}


@pytest.mark.parametrize("dead", [{"up"}, {"down"}, {"up", "down"}])
def test_what_is_dead_brings_nothing_and_the_other_way_everything(
    sky: Air, dead: set[Direction]
):
    line = sky.line()
    line.storm = Storm(dead=frozenset(dead))
    assert {way for way in BOTH if not comes_over(sky, line, way)} == dead
    line.storm = STILL
    assert all(comes_over(sky, line, way) for way in BOTH)


def comes_over(sky: Air, line: Line, direction: Direction) -> bool:
    with ends(sky, line, direction) as (sender, hearer):
        sender.send(b"?")
        try:
            return hearer.recv(10) == b"?"
        except TimeoutError:
            return False


@pytest.mark.parametrize(
    "storm",
    [
        STILL,
        Storm(delay_s=0.02),
        Storm(lost=0.1),
        Storm(doubled=0.3),
        Storm(late=0.3),
        Storm(0.005, lost=0.03, doubled=0.1, late=0.1),
    ],
    ids=["still", "slow", "lossy", "doubled", "late", "all of it"],
)
def test_what_tcp_brings_through_it_is_whole(sky: Air, storm: Storm):
    line = sky.line()
    line.storm = storm
    sent = bytes(range(256)) * 400
    with closing(sky.listen(line)) as listening:
        thread = threading.Thread(target=repeat, args=(listening,), daemon=True)
        thread.start()
        address = listening.getsockname()
        with sky.near.reach(socket.SOCK_STREAM, *address) as one:
            one.settimeout(SECONDS)
            one.sendall(sent)
            one.shutdown(socket.SHUT_WR)
            came = b""
            while data := one.recv(65_536):
                came += data
        thread.join(SECONDS)
    assert came == sent
    assert line.told["up"]
    assert line.told["down"]


def repeat(listening: socket.socket) -> None:
    came, _ = listening.accept()
    with came:
        while data := came.recv(65_536):
            came.sendall(data)
