"""`make bench PART=collector`: a table, and build/bench/collector.json.

Ways that are compared take turns within a round; what is told is the median of rounds.
"""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sites.record import Lane
from tests.bench import kernel
from tests.bench.collector import history, peer, table, wire
from tests.bench.collector.figure import (
    FIFTY,
    ONE,
    SINGLE,
    TWO,
    Figures,
    Round,
    summary,
)
from tests.bench.collector.post import Post, load_average, opened
from tests.bench.collector.scope import Scope, scope_of
from tests.bench.collector.sealed import Device, Load, fresh, sealed
from tests.bench.collector.sender import Connection, Flood, Probe, drive, packets_of

WINDOW = 4_000  # frames without a receipt: what some hundred devices may have
RECORDS = 50  # in a frame, where it is not one
AGAIN = 50  # one in so many frames is sent twice
BUSY = 1_000.0  # records a second beside which latency counts
ALARM_EVERY_S = 0.25
PROBES_EVERY_S = 0.1
WARM = 200
MILLION = 1_000_000


@dataclass
class Run:
    """One run of the bench: its post, and what came out so far."""

    post: Post
    scope: Scope
    devices: Sequence[Device]
    figures: Figures = field(default_factory=Figures)

    def load(self, devices: int, frames: int, per_frame: int) -> Load:
        """Seal a load of the first so many devices."""
        some = self.devices[1 : devices + 1]
        return sealed(some, frames, per_frame, self.post.key).again(AGAIN)

    def send(self, way: str, load: Load, pids: Sequence[int]) -> Round:
        """Send it, wait for every receipt, and count what is stored then."""
        connection = self._connection(load)
        flood = Flood(connection, list(packets_of(load.frames)), WINDOW)
        before, begin = self.post.cpu(pids), time.perf_counter()
        drive(flood, None, lambda: flood.done)
        seconds = time.perf_counter() - begin
        used = self.post.cpu(pids).since(before)
        connection.close()
        self.count(load)
        return Round(way, len(load.frames), load.records, seconds, used)

    def warm(self, pids: Sequence[int]) -> None:
        """Let a new collector connect, prepare and fill its caches."""
        self.send("warm", self.load(1, WARM, 10), pids)

    def count(self, load: Load) -> None:
        """Add what of it is not stored, or more than once."""
        rows, records = self.post.stored(load)
        self.figures.sent += load.records
        self.figures.lost += load.records - records
        self.figures.stored_twice += rows - records

    def probe(self, lane: Lane, every_s: float) -> Probe:
        """Make fresh records of a device that sends nothing else."""
        device = self.devices[0]
        run = os.urandom(8).hex()
        topic, down = device.topic(lane), device.topic("down")

        def make(number: int) -> bytes:
            frame = fresh(device, run, number, lane, self.post.key)
            return wire.publish(topic, frame, number)

        connection = Connection(self.post.broker.port, f"probe-{run}", [down])
        return Probe(connection, make, every_s)

    def flood(self, load: Load, window: int) -> Flood:
        """Make a load ready to be sent."""
        return Flood(self._connection(load), list(packets_of(load.frames)), window)

    def _connection(self, load: Load) -> Connection:
        down = [f"wp/1/{device}-1/down" for device in load.devices]
        return Connection(self.post.broker.port, f"sender-{load.run}", down)


def speed(run: Run) -> None:
    """Frames of one and of 50, one and two collectors, the floor, the naive."""
    scope, figures = run.scope, run.figures
    with run.post.collectors(1) as pids:
        run.warm(pids)
        figures.memory[f"{ONE}, idle"] = _resident(pids)
        for _ in range(scope.rounds):
            single = run.load(20, scope.frames, 1)
            figures.rounds.append(run.send(SINGLE, single, pids))
            fifty = run.load(20, scope.records // RECORDS, RECORDS)
            figures.rounds.append(run.send(FIFTY, fifty, pids))
            figures.rounds.append(peer.floor(run.post, run.devices[0], scope.records))
        figures.memory[f"{ONE}, most"] = _resident(pids)
    for _ in range(scope.rounds):
        count = scope.frames // 10
        figures.rounds.append(peer.naive(run.post, run.devices[0], count))
    with run.post.collectors(2) as pids:
        run.warm(pids)
        for _ in range(scope.rounds):
            single = run.load(20, scope.frames, 1)
            figures.rounds.append(run.send(f"{SINGLE}, {TWO}", single, pids))
            fifty = run.load(20, scope.records // RECORDS, RECORDS)
            figures.rounds.append(run.send(f"{FIFTY}, {TWO}", fifty, pids))
        figures.memory[f"{TWO}, most, sum"] = _resident(pids)


def latency(run: Run) -> None:
    """From a fresh record to its receipt, idle and beside 1,000 records a second."""
    with run.post.collectors(1) as pids:
        run.warm(pids)
        run.figures.latency["idle"] = _probed(run, None)
        frames = int(BUSY * run.scope.seconds)
        for per_frame in (1, RECORDS):
            load = run.load(20, frames // per_frame, per_frame)
            name = f"beside {BUSY:.0f} records/s in frames of {per_frame}"
            run.figures.latency[name] = _probed(run, load)


def _probed(run: Run, load: Load | None) -> list[float]:
    probe = run.probe("up", PROBES_EVERY_S)
    flood, end = None, time.perf_counter() + run.scope.seconds
    if load is not None:
        per_s = len(load.frames) / run.scope.seconds
        flood = run.flood(load, WINDOW)
        flood.pace(per_s)
    drive(flood, probe, lambda: time.perf_counter() > end)
    if flood is not None and load is not None:
        drive(flood, None, lambda: flood.done)
        flood.connection.close()
        run.count(load)
    probe.connection.close()
    return probe.seconds(time.perf_counter())


def backlog(run: Run) -> None:
    """100,000 records at once, all of them at the broker, and fresh alarms in it."""
    for per_frame in (RECORDS, 1):
        if per_frame == 1 and run.scope.quick:
            run.figures.notes.append("a backlog of frames of one: in the full run")
            continue
        with run.post.collectors(1) as pids:
            run.warm(pids)
            _drain(run, per_frame, pids)


def _drain(run: Run, per_frame: int, pids: Sequence[int]) -> None:
    load = run.load(1, run.scope.backlog // per_frame, per_frame)
    # What a broker holds for one subscription beyond this, the collector refuses.
    flood = run.flood(load, 15_000)
    probe = run.probe("al", ALARM_EVERY_S)
    before, begin = run.post.cpu(pids), time.perf_counter()
    drive(flood, probe, lambda: flood.done)
    seconds = time.perf_counter() - begin
    used = run.post.cpu(pids).since(before)
    name = f"backlog in frames of {per_frame}"
    run.figures.alarms[name] = probe.seconds(time.perf_counter())
    run.figures.rounds.append(
        Round(name, len(load.frames), load.records, seconds, used)
    )
    run.figures.memory[f"{ONE}, {name}"] = _resident(pids)
    flood.connection.close()
    probe.connection.close()
    run.count(load)


def devices(run: Run) -> None:
    """What a record costs where more and more devices send."""
    scope, curve = run.scope, run.figures.curves.setdefault("devices", {})
    with run.post.collectors(1) as pids:
        run.warm(pids)
        for _ in range(scope.rounds):
            for count in scope.devices:
                load = run.load(count, scope.frames, 1)
                curve.setdefault(count, []).append(run.send(SINGLE, load, pids))


def rows(run: Run) -> None:
    """What a record costs where more and more rows are stored already."""
    scope, curve = run.scope, run.figures.curves.setdefault("million rows", {})
    stored = 0
    for millions in scope.rows:
        owner = run.post.server.admin_url
        history.grow(owner, run.devices, stored, millions * MILLION)
        stored = millions * MILLION
        with run.post.collectors(1) as pids:
            # Once without counting: each page costs more when it is first written to
            # after a checkpoint, however many there are.
            run.send(FIFTY, run.load(20, scope.records // RECORDS, RECORDS), pids)
            for _ in range(scope.rounds):
                load = run.load(20, scope.records // RECORDS, RECORDS)
                curve.setdefault(millions, []).append(run.send(FIFTY, load, pids))


MEASURES = {
    "speed": speed,
    "latency": latency,
    "backlog": backlog,
    "rows": rows,
    "devices": devices,
}


def _resident(pids: Sequence[int]) -> float:
    return sum(map(kernel.most_mb, pids))


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print."""
    scope = scope_of(arguments)
    known = [Device(number) for number in range(max(scope.devices) + 1)]
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), known) as post:
        run = Run(post, scope, known)
        run.figures.notes += [_machine(), f"load at the begin: {load_average()}"]
        for section in scope.only:
            sys.stderr.write(f"{time.perf_counter() - begin:6.0f} s: {section}\n")
            MEASURES[section](run)
    took = time.perf_counter() - begin
    run.figures.notes.append(f"load at the end: {load_average()}; {took:.0f} s in all")
    sys.stdout.write("\n".join(table.lines(run.figures)) + "\n")
    path = Path("build") / "bench" / f"{scope.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"quick": scope.quick, **summary(run.figures)}
    path.write_text(json.dumps(told, indent=1) + "\n")
    sys.stdout.write(f"\nall of it stands in {path}\n")
    return 0


def _machine() -> str:
    python = platform.python_version()
    return f"{os.cpu_count()} processors, {platform.machine()}, Python {python}"
