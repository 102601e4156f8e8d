"""Sends frames and hears their receipts, on plain sockets, in one thread."""

import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence

from tests.bench.collector import wire

GROUP = 32  # packets in one send
SILENT_S = 60.0  # then something is broken
READ = 2**18


class SilentError(AssertionError):
    """Nothing came back for a minute."""

    def __init__(self, answered: int, sent: int) -> None:
        super().__init__(f"{answered} receipts for {sent} frames, and then none")


class Connection:
    """One connection to the broker; `heard` is called with topic and payload."""

    def __init__(self, port: int, client: str, topics: Sequence[str] = ()) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = wire.Reader()
        self.answered = 0
        self._await(wire.connect(client), wire.CONNACK)
        if topics:
            self._await(wire.subscribe(topics), wire.SUBACK)

    def fileno(self) -> int:
        """Give what select() wants."""
        return self._socket.fileno()

    def send(self, packets: bytes) -> None:
        """Send packets; waits for room."""
        self._socket.sendall(packets)

    def read(self) -> list[bytes]:
        """Give what was published, of what is there now; blocks where nothing is."""
        data = self._socket.recv(READ)
        if not data:
            raise SilentError(self.answered, 0)
        packets = self._reader.feed(data)
        found = [body for kind, body in packets if kind == wire.PUBLISH]
        self.answered += len(found)
        return found

    def poll(self, wait_s: float) -> None:
        """Read what comes within that time, and wait so long where nothing does."""
        if select.select([self], [], [], wait_s)[0]:
            self.read()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _await(self, packet: bytes, answer: int) -> None:
        self._socket.settimeout(SILENT_S)
        self._socket.sendall(packet)
        while all(kind != answer for kind, _ in self._reader.feed(self._recv())):
            continue
        self._socket.settimeout(None)

    def _recv(self) -> bytes:
        return self._socket.recv(READ)


class Flood:
    """Packets to be sent, so many at most without a receipt."""

    def __init__(
        self, connection: Connection, packets: Sequence[bytes], window: int
    ) -> None:
        self.connection = connection
        self._packets = packets
        self._window = window
        self._per_s: float | None = None
        self._begin = 0.0
        self.sent = 0

    @property
    def done(self) -> bool:
        """Whether each frame has its receipt."""
        return self.connection.answered >= len(self._packets)

    def pace(self, per_s: float) -> None:
        """Send so many a second from now on, instead of all at once."""
        self._per_s, self._begin = per_s, time.perf_counter()

    def step(self, now: float) -> bool:
        """Send a group where there is room; tells whether there was."""
        room = self._window - (self.sent - self.connection.answered)
        if self._per_s is not None:
            due = int((now - self._begin) * self._per_s)
            room = min(room, due - self.sent)
        count = min(GROUP, room, len(self._packets) - self.sent)
        if count <= 0:
            return False
        self.connection.send(b"".join(self._packets[self.sent : self.sent + count]))
        self.sent += count
        return True


class Probe:
    """Sends one fresh frame every so often, and keeps when each answer came."""

    def __init__(
        self, connection: Connection, make: Callable[[int], bytes], every_s: float
    ) -> None:
        self.connection = connection
        self._make = make
        self._every_s = every_s
        self._next = time.perf_counter()
        self.sent: list[float] = []
        self.came: list[float] = []

    def step(self, now: float) -> None:
        """Send one where it is time, whatever became of those before."""
        if now < self._next:
            return
        self._next = max(self._next + self._every_s, now)
        self.sent.append(time.perf_counter())
        self.connection.send(self._make(len(self.sent)))

    def read(self) -> None:
        """Note the answers that are there."""
        self.came += [time.perf_counter() for _ in self.connection.read()]

    def seconds(self, now: float) -> list[float]:
        """How long each took; one without an answer yet has taken until now."""
        open_yet = [now - sent for sent in self.sent[len(self.came) :]]
        pairs = zip(self.came, self.sent, strict=False)
        return [came - sent for came, sent in pairs] + open_yet


def drive(flood: Flood | None, probe: Probe | None, until: Callable[[], bool]) -> None:
    """Send and hear until that is so.

    Raises:
        SilentError: nothing came for a minute.
    """
    heard = time.perf_counter()
    while not until():
        now = time.perf_counter()
        if now - heard > SILENT_S and flood is not None:
            raise SilentError(flood.connection.answered, flood.sent)
        busy = flood.step(now) if flood is not None else False
        if probe is not None:
            probe.step(now)
        if _read(flood, probe, 0.0 if busy else 0.002):
            heard = now


def _read(flood: Flood | None, probe: Probe | None, wait_s: float) -> bool:
    connections = [one.connection for one in (flood, probe) if one is not None]
    ready, _, _ = select.select(connections, [], [], wait_s)
    for one in ready:
        if probe is not None and one is probe.connection:
            probe.read()
        else:
            one.read()
    return bool(ready)


def packets_of(frames: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    """Make the packets that publish frames, in order."""
    for place, (topic, frame) in enumerate(frames):
        yield wire.publish(topic, frame, place)
