"""What a device does with commands from afar, and what it says of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from edge.command import FORGOTTEN, Addressee, Memory
from edge.disk import Disk
from edge.hand import Hand
from edge.notebook import Notebook
from edge.obedience import Clocks, Obedience, line_of
from edge.order import Answer
from edge.receipts import Receipts
from edge.tally import LONGEST_S
from edge.trusted_time import AGREE_S, TrustedTime
from sites.answer import Delivery, seal_answer
from sites.command import AcceptView, Arm, HoldClip, Order, ReleaseClip, Restart
from sites.frame import HOME_BYTES, encode_record, size_of
from sites.health import CommandObeyed, CommandRefused, CommandTrouble
from sites.record import Record
from tests.edge.collector_side import COLLECTOR_SIGN, DEVICE_KEY
from tests.edge.records import NOON, after
from tests.edge.small_disk import SmallDisk
from tests.edge.test_command import COLLECTOR, HOUR, KEY, brought, command
from tests.edge.test_hand import OneClip, accept
from tests.edge.test_node import node
from tests.edge.wire import DEVICE

FLOOD = 1000
NOW = after(0.123456)
OBEYED = [("obeyed", "restart", 7)]


class PowerCut(BaseException):
    """The device dies here."""


@dataclass
class Dying(Disk):
    """A disk whose power fails at a call of it, given its number."""

    cut: int
    calls: int = 0

    def write(self, fd: int, data: bytes, offset: int) -> None:
        self._count()
        super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._count()
        super().sync(fd)

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.cut:
            raise PowerCut


@dataclass
class Box:
    """A device: what it did, what it wrote down, and clocks that a test moves."""

    folder: Path
    home: bool = False
    key: object = KEY
    disk: Disk | None = None
    did: list[str] = field(default_factory=list)
    wrote: list[Record] = field(default_factory=list)
    time: datetime | None = NOON
    steady: float = 0.0
    on_order: Callable[[str], Answer] = lambda _: Answer(ok=True, reason="done")

    @property
    def notebook(self) -> Notebook:
        return Notebook(self.folder / "command.json", self.disk)

    def start(self) -> Obedience:
        """Start the device, once more where it was there before."""
        key = KEY.verify_key if self.key else None
        self.obedience = Obedience(
            Addressee(DEVICE, key, self.home),
            self.notebook,
            self._do,
            self.wrote.append,
            Clocks(lambda: NOON, lambda: self.time, lambda: self.steady),
        )
        self.obedience.begin()
        return self.obedience

    def told(self) -> list[tuple[str, str, int | None]]:
        """Give what it said since it was asked last."""
        found: list[tuple[str, str, int | None]] = []
        for one in self.wrote:
            if isinstance(one, CommandObeyed):
                found.append(("obeyed", str(one.order), one.number))
            else:
                assert isinstance(one, CommandRefused)
                found.append(("refused", str(one.reason), one.number))
        self.wrote.clear()
        return found

    def _do(self, line: str) -> Answer:
        answer = self.on_order(line)
        if answer.ok:
            self.did.append(line)
        return answer


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """Give a device that has never been commanded."""
    made = Box(tmp_path)
    made.notebook.write(Memory())
    made.start()
    return made


def test_a_good_command_is_done_and_said(box: Box):
    box.obedience.hear(brought())
    assert box.did == ["restart"]
    assert box.told() == OBEYED


def test_a_forged_an_old_and_a_repeated_one_are_ignored_and_said_a17(box: Box):
    box.obedience.hear(brought())
    box.told()
    box.obedience.hear(brought())
    box.obedience.hear(brought(key=COLLECTOR))
    box.obedience.hear(brought(command(8, expires=NOON)))
    box.obedience.hear(None)
    assert box.did == ["restart"]
    assert box.told() == [
        ("refused", "repeated", 7),
        ("refused", "forged", None),
        ("refused", "expired", 8),
    ]


def test_what_was_obeyed_is_known_after_a_restart(box: Box):
    box.obedience.hear(brought())
    box.told()
    box.start()
    assert box.told() == []
    box.obedience.hear(brought())
    box.obedience.hear(brought(command(6), at=after(9)))
    assert box.told() == [("refused", "repeated", 7), ("refused", "repeated", 6)]
    assert box.did == ["restart"]


def test_one_that_the_collector_brings_anew_is_no_news(box: Box):
    box.obedience.hear(brought())
    box.told()
    for seconds in range(30, 300, 30):
        box.obedience.hear(brought(at=after(seconds)))
    assert box.told() == []
    box.obedience.hear(brought(at=after(30)))
    assert box.told() == [("refused", "repeated", 7)]
    assert box.did == ["restart"]


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_power_cut_at_any_moment_never_has_a_command_done_twice(
    tmp_path: Path, cut: int
):
    Notebook(tmp_path / "command.json").write(Memory())
    box = Box(tmp_path, disk=Dying(cut))
    box.start()
    try:
        box.obedience.hear(brought())
    except PowerCut:
        assert cut <= 4
    before = len(box.did)
    box.disk = None
    box.start()
    box.obedience.hear(brought(at=after(60)))
    assert len(box.did) == 1
    told = box.told()
    assert told[0] == OBEYED[0]
    # Its number was not written down, or it was over: then it is not in doubt.
    assert ("refused", "interrupted", 7) in told or before == 0 or cut > 4


def test_a_power_cut_between_number_and_obedience_costs_the_command(box: Box):
    def die(_: str) -> Answer:
        raise PowerCut

    box.on_order = die
    with pytest.raises(PowerCut):
        box.obedience.hear(brought())
    assert box.told() == []
    box.on_order = lambda _: Answer(ok=True, reason="done")
    box.start()
    assert box.told() == [("refused", "interrupted", 7)]
    box.obedience.hear(brought(at=after(30)))
    assert (box.did, box.told()) == ([], [])
    box.start()
    assert box.told() == []
    box.obedience.hear(brought(command(8)))
    assert box.did == ["restart"]


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**6)
    box = Box(tmp_path, disk=disk)
    box.notebook.write(Memory())
    box.start()
    disk.broken = True
    box.obedience.hear(brought())
    assert (box.did, box.told()) == ([], [("refused", "not_kept", 7)])
    disk.broken = False
    box.obedience.hear(brought(at=after(30)))
    assert (box.did, box.told()) == (["restart"], OBEYED)


@pytest.mark.parametrize("damage", [None, b"", b"rubbish", bytes(100)])
def test_a_lost_memory_refuses_and_then_begins_anew(box: Box, damage: bytes | None):
    box.obedience.hear(brought())
    if damage is None:
        box.notebook.path.unlink()
    else:
        box.notebook.path.write_bytes(damage)
    box.told()
    box.time = None
    box.start().tick()
    box.obedience.hear(brought())
    box.time = after(60)
    box.obedience.tick()
    box.obedience.hear(brought(command(9), at=after(9)))
    assert box.told() == [
        ("refused", "memory_lost", 7),
        ("refused", "memory_lost", 9),
    ]
    box.start()  # it stays refused
    box.obedience.hear(brought(command(10), at=after(9)))
    assert box.told() == [("refused", "memory_lost", 10)]
    box.time = after(60) + FORGOTTEN + timedelta(seconds=1)
    made = command(11, made=box.time, expires=box.time + HOUR)
    box.obedience.hear(brought(made))
    assert (box.did, box.told()) == (["restart"] * 2, [("obeyed", "restart", 11)])


def test_a_device_without_a_key_keeps_no_book_and_says_so(tmp_path: Path):
    box = Box(tmp_path, key=None)
    box.start().tick()
    box.obedience.hear(brought())
    assert (box.did, box.told()) == ([], [("refused", "no_key", None)])
    assert not box.notebook.path.exists()


def test_while_no_time_is_known_a_command_waits_to_be_brought_again(box: Box):
    box.time = None
    box.obedience.hear(brought())
    box.time = NOON
    box.obedience.hear(brought(at=after(30)))
    assert box.told() == [("refused", "no_time", 7), *OBEYED]


def test_what_cannot_be_done_is_said_and_not_tried_again(box: Box):
    box.on_order = lambda _: Answer(ok=False, reason="unknown_camera")
    box.obedience.hear(brought(command(order=AcceptView(9))))
    assert (box.did, box.told()) == ([], [("refused", "not_done", 7)])
    box.obedience.hear(brought(command(order=AcceptView(9))))
    assert box.told() == [("refused", "repeated", 7)]


def test_a_flood_is_counted_and_told_in_few_records(box: Box):
    for turn in range(FLOOD):
        box.obedience.hear(brought(key=COLLECTOR))
        box.obedience.hear(None)
        box.steady = float(turn)
        box.obedience.tick()
    box.obedience.close()
    refused = [one for one in box.wrote if isinstance(one, CommandRefused)]
    assert sum(one.count for one in refused) == 2 * FLOOD
    assert len(refused) <= 6
    box.steady += 2 * LONGEST_S
    box.obedience.tick()
    assert len(box.wrote) == len(refused)


def test_a_flood_of_many_recordings_takes_little_memory_and_is_counted(box: Box):
    for number in range(100, 100 + FLOOD):
        box.obedience.hear(brought(command(number, expires=NOON)))
    box.obedience.close()
    refused = [one for one in box.wrote if isinstance(one, CommandRefused)]
    assert sum(one.count for one in refused) == FLOOD
    assert len(refused) < 70
    assert box.did == []


ORDERS: list[tuple[Order, str]] = [
    (AcceptView(7), "camera 7"),
    (HoldClip("1f" * 32), "held"),
    (ReleaseClip("1f" * 32), "released"),
    (Arm("night"), "armed"),
    (Restart(), "restarting"),
]


@pytest.mark.parametrize(("order", "reason"), ORDERS)
def test_every_order_goes_through_the_door_of_a_person(
    tmp_path: Path, order: Order, reason: str
):
    ended: list[None] = []
    with node(tmp_path) as (own, _):
        status = Answer(ok=True, reason="status")
        hand = Hand(tmp_path, own, lambda: status, accept, OneClip())
        hand.end = lambda: ended.append(None)
        answer = hand.obey(line_of(order))
    assert answer.ok
    assert answer.reason in {reason, "arming"}
    assert len(ended) == isinstance(order, Restart)


def test_there_is_a_line_for_every_order():
    assert {type(order) for order, _ in ORDERS} == set(get_args(Order))


@pytest.mark.parametrize("reason", get_args(CommandTrouble))
def test_what_is_said_of_a_command_fits_into_a_frame_of_a_home(reason: CommandTrouble):
    most = 2**53
    said = (
        CommandRefused(seq=most, at=NOW, reason=reason, number=most, count=most),
        CommandObeyed(seq=most, at=NOW, number=most, order="release_clip"),
    )
    for record in said:
        assert size_of([encode_record(record)]) <= HOME_BYTES


class Line:
    """A device's ears: its receipts, its clocks, and what commands they let through."""

    def __init__(self, folder: Path) -> None:
        self.wall, self.steady = NOON, 0.0
        self.clock = TrustedTime(lambda: self.wall, lambda: self.steady)
        self.box = Box(folder)
        self.box.notebook.write(Memory())
        self.obedience = self.box.start()
        self.receipts = Receipts(
            DEVICE,
            DEVICE_KEY,
            COLLECTOR_SIGN.verify_key,
            hear_command=self._hear,
        )

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds

    def come(self, sealed: bytes) -> None:
        assert self.receipts.open(sealed) is None

    def _hear(self, delivery: Delivery | None) -> None:
        self.box.time = self.clock.told()
        self.obedience.hear(delivery)


def sealed(delivery: Delivery, device: object = DEVICE_KEY.verify_key) -> bytes:
    return seal_answer(delivery, COLLECTOR_SIGN, device)  # type: ignore[arg-type]  # it is a key


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """Give a device that has just heard what time it is."""
    made = Line(tmp_path)
    made.clock.hear(NOON)
    return made


def test_a_broker_that_keeps_one_back_for_an_hour_has_kept_it_too_long(line: Line):
    kept = sealed(brought(command(expires=after(1800))))
    line.pass_by(3600)
    line.come(kept)
    assert (line.box.did, line.box.told()) == ([], [("refused", "expired", 7)])


@pytest.mark.parametrize("back", [3600.0, AGREE_S + 1, 20 * 365 * 86_400.0])
def test_whoever_sets_the_clock_back_lets_no_old_one_in(line: Line, back: float):
    kept = sealed(brought(command(expires=after(1800))))
    line.pass_by(3600)
    line.wall -= timedelta(seconds=back)
    line.come(kept)
    assert (line.box.did, line.box.told()) == ([], [("refused", "no_time", 7)])
    line.clock.hear(after(3600))
    line.come(kept)
    assert line.box.did == []


def test_a_clock_that_is_a_little_slow_lets_no_old_one_in_either(line: Line):
    kept = sealed(brought(command(expires=after(1800))))
    line.pass_by(1800)
    line.wall -= timedelta(seconds=AGREE_S - 1)
    line.come(kept)
    assert line.box.told() == [("refused", "expired", 7)]


def test_what_a_broker_changes_is_nothing_at_all(line: Line):
    whole = sealed(brought())
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 1
        line.come(bytes(changed))
    assert (line.box.did, line.box.told()) == ([], [])
    line.come(whole)
    assert line.box.did == ["restart"]


def test_what_is_changed_inside_the_seal_is_forged(line: Line):
    good = brought()
    for place in range(0, len(good.signature), 5):
        signature = bytearray(good.signature)
        signature[place] ^= 1
        bad = msgspec.structs.replace(good, signature=bytes(signature))
        line.come(sealed(bad))
    assert (line.box.did, line.box.told()) == ([], [("refused", "forged", None)])


def test_one_that_not_even_the_collector_signed_is_forged_too(line: Line):
    whole = seal_answer(brought(), KEY, DEVICE_KEY.verify_key)
    line.come(whole)
    assert (line.box.did, line.box.told()) == ([], [("refused", "forged", None)])
