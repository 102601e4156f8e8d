"""Two boxes of one identity are told from one that was cut, late, or put back."""

import copy
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from collector.fleet import clone
from collector.fleet.errors import NothingThereError
from collector.intake.turn import MOST_TURNS, Turns, rivals, speak
from sites.frame import MOST_UNDER_WAY
from tests.collector import world
from tests.collector.intake.bench import Bench
from tests.collector.intake.test_ledger import opened, rows
from tests.collector.world import Sender

Owner = psycopg.Connection[tuple[Any, ...]]
Written = tuple[int, int]  # run, number
Frame = tuple[Written, ...]


@dataclass
class Hearer:
    """The collector, as far as it tells one box from two."""

    turns: Turns = field(default_factory=dict)
    seen: set[Written] = field(default_factory=set)
    speaker: int | None = None

    def hear(self, frame: Frame) -> None:
        fresh = not self.seen.issuperset(frame)
        self.seen.update(frame)
        run = frame[0][0]
        if fresh and run != self.speaker:
            self.speaker = run
            speak(self.turns, str(run))


@dataclass
class Box:
    """A device: what stands on its disk, in order, and what is under way."""

    run: int
    written: int = 0
    disk: list[Written] = field(default_factory=list)
    read: int = 0
    window: list[Frame] = field(default_factory=list)

    def write(self) -> None:
        self.written += 1
        self.disk.append((self.run, self.written))

    def send(self, most: int) -> Frame | None:
        """Give the next frame: records of one run, as long as the window is open."""
        waiting = self.disk[self.read :]
        if not waiting or len(self.window) >= MOST_UNDER_WAY:
            return None
        run = waiting[0][0]
        frame = tuple(one for one in waiting[:most] if one[0] == run)
        self.read += len(frame)
        self.window.append(frame)
        return frame

    def settle(self, frame: Frame) -> None:
        if frame in self.window:
            self.window.remove(frame)
            before = sum(one in frame for one in self.disk[: self.read])
            self.disk = [one for one in self.disk if one not in frame]
            self.read -= before

    def start(self, run: int, disk: list[Written]) -> None:
        """Start anew, with what is on the disk; what was under way is forgotten."""
        self.run, self.written, self.disk = run, 0, list(disk)
        self.read, self.window = 0, []


WHAT = (
    "write",
    "send",
    "send",
    "send",
    "deliver",
    "deliver",
    "deliver",
    "again",
    "copy",
)
RARE = ("cut", "restore")


class World:
    """One box, a network that keeps everything, and a collector."""

    def __init__(self) -> None:
        self.box, self.hearer, self.runs = Box(0), Hearer(), 0
        self.under_way: list[Frame] = []
        self.image: list[Written] = []

    def step(self, what: str, number: int, *, yes: bool) -> None:
        getattr(self, what)(number, yes)

    def write(self, number: int, _: object) -> None:
        for _unused in range(number % 4 + 1):
            self.box.write()

    def send(self, number: int, _: object) -> None:
        frame = self.box.send(number % 3 + 1)
        if frame is not None:
            self.under_way.append(frame)

    def deliver(self, number: int, yes: bool) -> None:  # noqa: FBT001  # what is drawn
        """Let any frame arrive, however old; its receipt comes back or does not."""
        if self.under_way:
            # the oldest or the newest, so that old and new are mixed as may be
            place = -1 if number % 2 else 0
            frame = self.under_way[place] if yes else self.under_way.pop(place)
            self.hearer.hear(frame)
            if number % 5:
                self.box.settle(frame)

    def again(self, number: int, _: object) -> None:
        if self.box.window:
            self.under_way.append(self.box.window[number % len(self.box.window)])

    def cut(self, number: int, _: object) -> None:
        """Cut the power: what was not synced is gone, the start of the run with it."""
        self.runs += 1
        disk = self.box.disk
        self.box.start(self.runs, disk[: len(disk) - min(number % 4, len(disk))])

    def copy(self, *_: object) -> None:
        self.image = copy.copy(self.box.disk)

    def restore(self, *_: object) -> None:
        self.runs += 1
        self.box.start(self.runs, self.image)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0.02, 0.05, 0.2]))
def test_one_box_is_never_two_whatever_happens_to_it(random, often: float):
    there = World()
    for _ in range(300):
        what = random.choice(RARE if random.random() < often else WHAT)
        there.step(what, random.randrange(1000), yes=random.random() < 0.1)
    target(float(most_turns(there.hearer.turns)))
    assert rivals(there.hearer.turns) is None


def most_turns(turns: Turns) -> int:
    """Give how near any two runs come to be taken for two boxes."""
    pairs = [
        min(turns[older].turns - before, one.turns)
        for one in turns.values()
        for older, before in one.beside.items()
    ]
    return max(pairs, default=0)


def test_the_worst_that_a_network_can_do_to_one_box_is_not_enough():
    """It keeps all that is under way at a power cut, and mixes it with the new."""
    there = World()
    there.box.write()
    there.send(0, None)
    there.deliver(1, yes=False)
    for _ in range(MOST_UNDER_WAY):
        there.box.write()
        there.send(0, None)
    late, there.under_way = there.under_way, []
    there.cut(0, None)
    there.box.disk.clear()  # and the disk lost them
    for frame in late:
        there.box.write()
        there.send(0, None)
        there.deliver(1, yes=False)
        there.hearer.hear(frame)
    assert most_turns(there.hearer.turns) == MOST_UNDER_WAY
    assert rivals(there.hearer.turns) is None


def test_a_box_that_is_cut_every_minute_for_a_month_is_one():
    there = World()
    for number in range(40_000):
        there.write(1, None)
        for _ in range(4):
            there.send(1, None)
        for place in range(4):
            there.deliver(3 * place + 1, yes=False)
        if number % 3 == 0:
            there.cut(number, None)
        if number % 100 == 0:
            assert rivals(there.hearer.turns) is None
            recent = list(there.hearer.turns.items())[-8:]
            there.hearer.turns = dict(recent)


@given(
    st.lists(st.integers(1, 4), min_size=2 * MOST_TURNS + 4, max_size=60),
    st.integers(0, 30),
)
def test_two_that_both_live_are_told(bursts, backlog: int):
    """Both started from one disk, whoever of them begins and whatever it holds."""
    disk = [(0, seq + 1) for seq in range(backlog)]
    boxes, hearer = [Box(1), Box(2)], Hearer()
    for box in boxes:
        box.start(box.run, disk)
    for turn, burst in enumerate(bursts):
        box = boxes[turn % 2]
        for _ in range(burst):
            box.write()
        while (frame := box.send(5)) is not None:
            hearer.hear(frame)
            box.settle(frame)
    assert rivals(hearer.turns) == ("1", "2")


def beat(sender: Sender) -> bytes:
    """Give a frame with the next record of a run."""
    sender.next_seq += 1
    return sender.frame(opened(sender.next_seq))


def two() -> tuple[Sender, Sender]:
    return Sender(run="1" * 16), Sender(run="2" * 16)


def clones(owner: Owner) -> list[Any]:
    return rows(owner, "select device, runs from store.clone where cleared is null")


async def alternate(lane: Bench, boxes: tuple[Sender, Sender], turns: int) -> None:
    for _ in range(turns):
        for box in boxes:
            (receipt,) = await lane.take(beat(box))
            assert receipt.outcome == "stored"  # never is an alarm lost


async def test_two_runs_that_alternate_are_a_clone_told_once_a14(
    lane: Bench, owner: Owner
):
    boxes = two()
    await alternate(lane, boxes, MOST_TURNS)
    assert clones(owner) == []
    await alternate(lane, boxes, MOST_TURNS)
    assert clones(owner) == [(world.STATION, ["1" * 16, "2" * 16])]
    kinds = [row.kind for row in lane.judged]
    assert kinds.count("device.cloned") == 1
    stored = rows(owner, "select device from store.event where kind = 'device.cloned'")
    assert stored == [(world.STATION,)]
    async with lane.database.transaction() as transaction:
        assert await clone.is_cloned(transaction, world.STATION)
        assert not await clone.is_cloned(transaction, world.OTHER)
        await clone.clear(transaction, world.STATION)
        assert not await clone.is_cloned(transaction, world.STATION)
        with pytest.raises(NothingThereError, match="not marked"):
            await clone.clear(transaction, world.STATION)
    await alternate(lane, boxes, MOST_TURNS)
    assert clones(owner) == []
    await alternate(lane, boxes, 4)
    assert len(clones(owner)) == 1


async def test_in_one_batch_they_are_told_as_well(lane: Bench, owner: Owner):
    boxes = two()
    frames = [beat(box) for _ in range(MOST_TURNS + 2) for box in boxes]
    assert len(await lane.take(*frames)) == len(frames)
    assert len(clones(owner)) == 1


async def test_frames_that_are_played_again_are_nobody_s_turn(
    lane: Bench, owner: Owner
):
    first, second = two()
    old = [beat(first) for _ in range(40)]
    await lane.take(*old)
    for frame in old:
        await lane.take(beat(second))
        await lane.take(frame)
    assert clones(owner) == []
    found = rows(owner, "select run, turns from store.turn order by run")
    assert found == [("1" * 16, 1), ("2" * 16, 1)]
    speaker = rows(owner, "select speaker from store.device_state")
    assert speaker == [("2" * 16,)]


async def test_a_day_of_backlog_of_old_runs_is_no_clone(lane: Bench, owner: Owner):
    for run in range(30):
        sender = Sender(run=f"{run:016x}")
        await lane.take(*(beat(sender) for _ in range(20)))
    assert clones(owner) == []


async def test_two_devices_are_not_one(lane: Bench, owner: Owner):
    ours, theirs = two()
    theirs = Sender(world.OTHER, run=theirs.run)
    for _ in range(2 * MOST_TURNS):
        await lane.take(beat(ours))
        await lane.take(beat(theirs), device=world.OTHER)
    assert clones(owner) == []
