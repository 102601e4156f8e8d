"""Whatever happens in whatever order, the outbox holds what its model holds."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.outbox import Outbox, OutboxPlan
from edge.past import count_written
from sites.record import Lane
from tests.edge.records import NOON, measurement, panic, start_of, waiting

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


OutboxModel.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None
)
TestOutboxModel = OutboxModel.TestCase
