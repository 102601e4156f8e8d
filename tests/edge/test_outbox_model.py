"""Whatever happens in whatever order, the outbox holds what its model holds."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.outbox import Outbox, OutboxPlan
from edge.past import count_written
from sites.health import RecordsDropped
from sites.record import Lane
from tests.edge.records import NOON, measurement, opened, panic, start_of, waiting

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a tmpfs
PLAN = OutboxPlan(limit=10**9, segment=4096, reserve=4096)


class OutboxModel(RuleBasedStateMachine):
    """A list of what is written and not confirmed, beside the real thing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=IN_MEMORY))
        self.model: dict[Lane, list[tuple[str, int]]] = {"al": [], "up": []}
        self.numbered = 0
        self.previous: str | None = None
        self.open()

    def open(self) -> None:
        self.box = Outbox(self.folder, NOON, PLAN)
        self.model["al"].append((self.box.run, 1))
        self.numbered += 1

    def teardown(self) -> None:
        self.box.close()
        shutil.rmtree(self.folder)

    @rule(count=st.integers(1, 60))
    def write_plain(self, count: int) -> None:
        for _ in range(count):
            self.note("up", self.box.append(measurement()))

    @rule()
    def write_alarm(self) -> None:
        self.note("al", self.box.append(panic()))

    def note(self, lane: Lane, seq: int) -> None:
        self.model[lane].append((self.box.run, seq))
        self.numbered += 1

    @rule(lane=st.sampled_from(["al", "up"]), data=st.data())
    def confirm(self, lane: Lane, data: st.DataObject) -> None:
        if not self.model[lane]:
            return
        chosen = data.draw(st.sets(st.sampled_from(self.model[lane]), max_size=80))
        for run in {run for run, _ in chosen}:
            seqs = [seq for of, seq in chosen if of == run]
            assert self.box.forget(run, lane, seqs) == len(seqs)
        self.model[lane] = [one for one in self.model[lane] if one not in chosen]

    @rule(lane=st.sampled_from(["al", "up"]))
    def confirm_everything(self, lane: Lane) -> None:
        for run, seq in self.model[lane]:
            self.box.forget(run, lane, [seq])
        self.model[lane] = []

    @rule(lane=st.sampled_from(["al", "up"]), seq=st.integers(0, 10**6))
    def confirm_of_a_run_that_never_was(self, lane: Lane, seq: int) -> None:
        assert self.box.forget("0123456789abcdef", lane, [seq]) == 0

    @rule()
    def end_and_start_again(self) -> None:
        self.box.close()
        self.again()

    @rule()
    def die_and_start_again(self) -> None:
        """The operating system lives on: what was written is there, synced or not."""
        os.close(self.box._lock)
        self.again()

    def again(self) -> None:
        previous, last = self.box.run, self.box.written
        self.open()
        start = start_of(self.box)
        assert start.previous == previous
        assert {"al": start.last_al, "up": start.last_up} == last

    @precondition(lambda self: self.model["up"])
    @rule()
    def lose_the_confirmations(self) -> None:
        """What is sent once more has no effect at the collector."""
        self.box.close()
        for acks in self.folder.glob("*.ack"):
            acks.unlink()
        self.again()
        for lane, found in self.found().items():
            assert set(self.model[lane]) <= set(found)
            self.model[lane] = found

    @invariant()
    def the_outbox_holds_what_the_model_holds(self) -> None:
        assert self.found() == self.model
        for lane in self.model:
            assert self.box.backlog(lane) == len(self.model[lane])

    @invariant()
    def every_number_that_was_given_is_counted(self) -> None:
        assert count_written(self.folder) == self.numbered

    def found(self) -> dict[Lane, list[tuple[str, int]]]:
        return {
            lane: [(run, record.seq) for run, record in waiting(self.box, lane)]
            for lane in self.model
        }


TIGHT = OutboxPlan(limit=16 * 1024, segment=4096, reserve=4096)
Kind = Literal["measurement", "event", "alarm"]


class BudgetModel(RuleBasedStateMachine):
    """What was numbered and not confirmed is there, or named as gone, in its turn.

    Nothing that is under way goes; an event only when no measurement is left to go.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=IN_MEMORY))
        self.model: dict[tuple[str, Lane, int], Kind] = {}
        self.named: set[tuple[str, Lane, int]] = set()
        self.open()

    def open(self) -> None:
        self.box = Outbox(self.folder, NOON, TIGHT)
        self.model[self.box.run, "al", 1] = "alarm"
        self.reader = self.box.reader("up")
        self.flying: list[tuple[str, Lane, int]] = []
        self.look()

    def teardown(self) -> None:
        self.box.close()
        shutil.rmtree(self.folder)

    @rule(count=st.integers(1, 80))
    def write_measurements(self, count: int) -> None:
        for _ in range(count):
            seq = self.box.append(measurement())
            self.model[self.box.run, "up", seq] = "measurement"
        self.look()

    @rule(count=st.integers(1, 80))
    def write_events(self, count: int) -> None:
        before = self.events_gone()
        for _ in range(count):
            seq = self.box.append(opened())
            self.model[self.box.run, "up", seq] = "event"
        self.look()
        if self.events_gone() != before:
            left = {one for one in self.there if self.model.get(one) == "measurement"}
            assert left <= set(self.flying)

    @rule(count=st.integers(1, 8))
    def write_alarms(self, count: int) -> None:
        for _ in range(count):
            seq = self.box.append(panic())
            self.model[self.box.run, "al", seq] = "alarm"
        self.look()

    @rule(most=st.integers(1, 50))
    def send(self, most: int) -> None:
        batch = self.reader.take(most, 65_536)
        if batch is not None:
            self.flying += [(batch.run, "up", seq) for seq in batch.seqs]

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sets(st.sampled_from(self.flying), max_size=80))
        for run, lane, seq in chosen:
            assert self.box.forget(run, lane, [seq]) == 1
            self.model.pop((run, lane, seq), None)
        self.flying = [one for one in self.flying if one not in chosen]
        self.look()

    @rule()
    def end_and_start_again(self) -> None:
        self.box.close()
        self.open()

    @rule()
    def die_and_start_again(self) -> None:
        os.close(self.box._lock)
        refused = self.box._shortage
        if refused is not None and refused.last:  # what nobody wrote down yet
            for seq in range(refused.first, refused.last + 1):
                self.model.pop((self.box.run, "up", seq), None)
        self.open()

    @invariant()
    def all_are_there_or_named(self) -> None:
        missing = self.model.keys() - self.there - self.named
        short = self.box._shortage
        if short is not None and short.last:
            refused = range(short.first, short.last + 1)
            missing -= {(self.box.run, "up", seq) for seq in refused}
        assert not missing

    @invariant()
    def nothing_under_way_and_no_alarm_is_gone(self) -> None:
        assert set(self.flying) <= self.numbers
        alarms = {one for one, kind in self.model.items() if kind == "alarm"}
        assert alarms <= self.there

    @invariant()
    def it_keeps_to_its_limit(self) -> None:
        alarms = self.box._lanes["al"].size
        assert self.box._used() <= TIGHT.limit + alarms

    def events_gone(self) -> int:
        events = {one for one, kind in self.model.items() if kind == "event"}
        return len(events - self.there)

    def look(self) -> None:
        """Read what is there, and what it names as gone."""
        self.there: set[tuple[str, Lane, int]] = set()
        numbers: list[tuple[str, Lane, int]] = []
        lanes: tuple[Lane, Lane] = ("al", "up")
        for lane in lanes:
            for run, record in waiting(self.box, lane):
                numbers.append((run, lane, record.seq))
                if isinstance(record, RecordsDropped):
                    gone = range(record.first, record.last + 1)
                    self.named |= {(run, lane, seq) for seq in gone}
                else:
                    self.there.add((run, lane, record.seq))
        assert len(numbers) == len(set(numbers))
        self.numbers = set(numbers)


OutboxModel.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None
)
TestOutboxModel = OutboxModel.TestCase
BudgetModel.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None
)
TestBudgetModel = BudgetModel.TestCase
