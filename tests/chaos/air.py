"""The worst of networks, packet by packet: lost, doubled, late and out of order.

Stations and collectors live in a network of their own, the servers in another; what
the one sends to the other is carried by us. It does what `tc netem` does (delay, loss,
duplication, reordering, one way alone, nothing at all), on every kernel with a TUN
device, and by a seed, which that has not.
"""

import heapq
import itertools
import os
import random
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.chaos.relay import Direction
from tests.servers.namespace import Namespace, namespace

PACKET_BYTES = 65_535
LOOK_S = 0.05
LEAST_S = 0.0002  # what is due within this is due
MOST_WAITING = 2_000  # packets of a line; more are lost, as in any box on the way


@dataclass(frozen=True)
class Storm:
    """What becomes of packets; `lost`, `doubled` and `late` are how often, 0 to 1.

    What is `late` comes `late_s` after its time, so that others overtake it. In the
    `dead` directions nothing comes.
    """

    delay_s: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    late_s: float = 0.05
    dead: frozenset[Direction] = frozenset()


STILL = Storm()


@dataclass
class Line:
    """A line from the address `here` to `there`, and what became of its packets."""

    here: str
    there: str
    ends: dict[Direction, int]  # where packets in this direction arrive
    chance: random.Random
    storm: Storm = STILL
    told: Counter[str] = field(default_factory=Counter)
    waiting: int = 0

    def fates(self, direction: Direction) -> Iterator[float]:
        """Give how long after its time each copy of the next packet comes."""
        storm = self.storm
        if direction in storm.dead or self.waiting >= MOST_WAITING:
            self.told["dead"] += 1
            return
        if self.chance.random() < storm.lost:
            self.told["lost"] += 1
            return
        copies = 1
        if self.chance.random() < storm.doubled:
            self.told["doubled"] += 1
            copies = 2
        for _ in range(copies):
            late = self.chance.random() < storm.late
            self.told["late"] += late
            yield storm.delay_s + (storm.late_s if late else 0.0)


class Air:
    """Carries the packets of all lines, on a thread of its own."""

    def __init__(self, near: Namespace, far: Namespace) -> None:
        self.near, self.far = near, far
        self._numbers = itertools.count(1)
        self._order = itertools.count()
        self._due: list[tuple[float, int, Line, Direction, bytes]] = []
        self._watched = selectors.DefaultSelector()
        self._over = threading.Event()

    def line(self, seed: int = 0) -> Line:
        """Give a new line; what happens on it is drawn from the seed."""
        number = next(self._numbers)
        here, there = f"127.77.{number}.2", f"127.77.{number}.1"
        up = self.far.line(there, here)
        down = self.near.line(here, there)
        chance = random.Random(f"{seed} {number}")  # noqa: S311  # repeatable
        made = Line(here, there, {"up": up, "down": down}, chance)
        self._watched.register(down, selectors.EVENT_READ, (made, "up"))
        self._watched.register(up, selectors.EVENT_READ, (made, "down"))
        return made

    def listen(self, line: Line) -> socket.socket:
        """Give what listens at the far end of a line."""
        listening = self.far.hear(socket.SOCK_STREAM, line.there)
        listening.listen(64)
        return listening

    def carry(self) -> None:
        """Carry packets until it is `over`."""
        while not self._over.is_set():
            wait = self._due[0][0] - time.monotonic() if self._due else LOOK_S
            for key, _ in self._watched.select(min(LOOK_S, max(LEAST_S, wait))):
                line, direction = key.data
                self._take(key.fd, line, direction)
            now = time.monotonic() + LEAST_S
            while self._due and self._due[0][0] <= now:
                self._give(*heapq.heappop(self._due)[2:])

    def end(self) -> None:
        """Carry no more; every line is gone."""
        self._over.set()

    def close(self) -> None:
        """Give the lines back; nobody carries any more."""
        for key in list(self._watched.get_map().values()):
            os.close(key.fd)
        self._watched.close()

    def _take(self, fd: int, line: Line, direction: Direction) -> None:
        try:
            packet = os.read(fd, PACKET_BYTES)
        except BlockingIOError:
            return
        now = time.monotonic()
        for after in line.fates(direction):
            line.waiting += 1
            entry = (now + after, next(self._order), line, direction, packet)
            heapq.heappush(self._due, entry)

    @staticmethod
    def _give(line: Line, direction: Direction, packet: bytes) -> None:
        line.waiting -= 1
        try:
            os.write(line.ends[direction], packet)
        except OSError:
            line.told["refused"] += 1
        else:
            line.told[direction] += 1


@contextmanager
def air() -> Iterator[Air]:
    """Give air between two networks; with the block both are gone.

    Raises:
        ServerMissing: this machine lets us make no network; says who may.
    """
    with ExitStack() as stack:
        made = Air(*(stack.enter_context(namespace()) for _ in range(2)))
        stack.callback(made.close)
        thread = threading.Thread(target=made.carry, daemon=True)
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(made.end)
        yield made
