"""A segment that is cut or changed at any byte costs that entry and no other."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.entry import HEADER_BYTES, entry_bytes, header_first, parse_name
from edge.outbox import Outbox, OutboxPlan
from sites.frame import encode_record
from sites.health import OutboxDamaged, RecordsDropped
from sites.record import Lane
from tests.edge.records import (
    NOON,
    measurement,
    numbers,
    opened,
    panic,
    start_of,
    waiting,
)

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a tmpfs
PLAN = OutboxPlan(reserve=4096)  # a small one is quick to copy
WRITTEN = {"al": 3, "up": 4}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an outbox folder with a whole run in it; in memory, since it is copied."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as top:
        whole = Path(top) / "whole"
        with Outbox(whole, NOON, PLAN) as box:
            for value in range(WRITTEN["up"]):
                box.append(measurement(float(value)))
            for _ in range(WRITTEN["al"] - 1):
                box.append(panic())
        yield whole


def entries(folder: Path, lane: Lane) -> tuple[Path, str, list[range]]:
    """Give a lane's one segment, its run, and the bytes of each entry in it."""
    (path,) = folder.glob(f"*-{lane}-*.seg")
    run = path.name.split("-")[1]
    at, found = HEADER_BYTES, []
    with Outbox(shutil.copytree(folder, folder.with_name("look")), NOON, PLAN) as box:
        for of, record in waiting(box, lane):
            if of == run:
                size = len(entry_bytes(record.seq, encode_record(record)))
                found.append(range(at, at + size))
                at += size
    shutil.rmtree(folder.with_name("look"))
    assert at == path.stat().st_size
    return path, run, found


@pytest.mark.parametrize("lane", ["al", "up"])
def test_what_is_whole_is_kept_wherever_a_segment_is_cut(folder: Path, lane: Lane):
    path, run, spans = entries(folder, lane)
    data = path.read_bytes()
    for length in range(len(data)):
        copy = shutil.copytree(folder, folder.with_name("cut"))
        (copy / path.name).write_bytes(data[:length])
        whole = [i for i, span in enumerate(spans, 1) if span.stop <= length]
        torn = length not in {HEADER_BYTES, *(span.stop for span in spans)}
        with Outbox(copy, NOON, PLAN) as box:
            assert numbers(box, lane, run) == whole
            assert reported(box) == torn
            assert start_of(box).previous == run
        shutil.rmtree(copy)


@pytest.mark.parametrize("lane", ["al", "up"])
def test_one_changed_byte_costs_one_entry_at_most(folder: Path, lane: Lane):
    path, run, spans = entries(folder, lane)
    data = path.read_bytes()
    for place in range(len(data)):
        copy = shutil.copytree(folder, folder.with_name("flip"))
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        (copy / path.name).write_bytes(changed)
        whole = [i for i, span in enumerate(spans, 1) if place not in span]
        with Outbox(copy, NOON, PLAN) as box:
            assert kept(box, lane, run) == whole
            assert reported(box)
            last = max(whole)
            assert named(box, lane, run) == sorted({*range(1, last)} - {*whole})
        with Outbox(copy, NOON, PLAN) as box:
            assert kept(box, lane, run) == whole
            assert named(box, lane, run) == sorted({*range(1, last)} - {*whole})
        shutil.rmtree(copy)


def test_a_changed_confirmation_forgets_nothing_else(folder: Path):
    path, run, _ = entries(folder, "up")
    with Outbox(folder, NOON, PLAN) as box:
        box.forget(run, "up", [2])
        box.forget(run, "up", [4])
    acks = path.with_suffix(".ack")
    data = acks.read_bytes()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        acks.write_bytes(changed)
        with Outbox(
            shutil.copytree(folder, folder.with_name("ack")), NOON, PLAN
        ) as box:
            assert {1, 3} <= set(numbers(box, "up", run)) <= {1, 2, 3, 4}
            assert len(numbers(box, "up", run)) == 3
        shutil.rmtree(folder.with_name("ack"))


def test_a_tail_of_zeros_after_a_power_cut_is_cut_off(folder: Path):
    path, run, _ = entries(folder, "up")
    with path.open("ab") as file:
        file.write(bytes(4096))
    with Outbox(folder, NOON, PLAN) as box:
        assert numbers(box, "up", run) == [1, 2, 3, 4]
        assert reported(box)


def test_rubbish_in_place_of_the_tally_does_no_harm(folder: Path):
    (folder / "tally.json").write_bytes(b"\xff{")
    _, run, _ = entries(folder, "al")
    with Outbox(folder, NOON, PLAN) as box:
        assert start_of(box).previous == run


def kept(box: Outbox, lane: Lane, run: str) -> list[int]:
    """Give the numbers of a run's records that are as they were written."""
    own = [record for of, record in waiting(box, lane) if of == run]
    return [one.seq for one in own if not isinstance(one, RecordsDropped)]


def named(box: Outbox, lane: Lane, run: str) -> list[int]:
    """Give the numbers that a run's records name as gone, each under one of them."""
    own = [record for of, record in waiting(box, lane) if of == run]
    marks = [one for one in own if isinstance(one, RecordsDropped)]
    assert all(one.seq == one.last and one.count is None for one in marks)
    return [number for one in marks for number in range(one.first, one.last + 1)]


@pytest.fixture
def long(folder: Path) -> tuple[Path, str]:
    """Give an outbox whose plain lane has three segments or more, and its run."""
    whole = folder.with_name("long")
    with Outbox(whole, NOON, OutboxPlan(segment=4096, reserve=4096)) as box:
        for _ in range(120):
            box.append(opened())
    return whole, box.run


def test_what_a_segment_lost_at_its_end_is_named_up_to_the_next(
    long: tuple[Path, str],
):
    whole, run = long
    first, second, *_ = sorted(whole.glob("*-up-*.seg"))
    begin = first_number(second)
    first.write_bytes(first.read_bytes()[:-250])
    with Outbox(whole, NOON, PLAN) as box:
        gone = named(box, "up", run)
        assert len(gone) in {2, 3, 4}
        assert gone[-1] == begin - 1
        assert sorted([*gone, *kept(box, "up", run)]) == list(range(1, 121))


@pytest.mark.parametrize("start", [0, HEADER_BYTES])
def test_what_a_segment_lost_at_its_beginning_is_named(
    long: tuple[Path, str], start: int
):
    whole, run = long
    _, second, *_ = sorted(whole.glob("*-up-*.seg"))
    begin = first_number(second)
    data = bytearray(second.read_bytes())
    data[start : HEADER_BYTES + 150] = bytes(HEADER_BYTES + 150 - start)
    second.write_bytes(data)
    with Outbox(whole, NOON, PLAN) as box:
        gone = named(box, "up", run)
        assert gone[0] == begin
        assert sorted([*gone, *kept(box, "up", run)]) == list(range(1, 121))
        seqs = numbers(box, "up", run)
        assert box.forget(run, "up", seqs) == len(seqs)
        assert numbers(box, "up", run) == []


def test_what_was_confirmed_before_the_damage_is_not_named(long: tuple[Path, str]):
    whole, run = long
    first, *_ = sorted(whole.glob("*-up-*.seg"))
    with Outbox(whole, NOON, PLAN) as box:
        box.forget(run, "up", [1, 2])
    data = bytearray(first.read_bytes())
    data[HEADER_BYTES : HEADER_BYTES + 250] = bytes(250)
    first.write_bytes(data)
    with Outbox(whole, NOON, PLAN) as box:
        gone = named(box, "up", run)
        assert gone[0] == 3
        assert sorted([1, 2, *gone, *kept(box, "up", run)]) == list(range(1, 121))


def test_a_segment_whose_beginning_nobody_knows_names_nothing(
    long: tuple[Path, str],
):
    whole, run = long
    first, second, *_ = sorted(whole.glob("*-up-*.seg"))
    begin = first_number(second)
    with Outbox(whole, NOON, PLAN) as box:
        box.forget(run, "up", range(1, begin))
    assert not first.exists()
    second.write_bytes(bytes(HEADER_BYTES) + second.read_bytes()[HEADER_BYTES:])
    with Outbox(whole, NOON, PLAN) as box:
        assert named(box, "up", run) == []
        assert kept(box, "up", run) == list(range(begin, 121))


def test_segments_that_were_erased_are_named_once(folder: Path):
    whole = folder.with_name("longer")
    with Outbox(whole, NOON, OutboxPlan(segment=4096, reserve=4096)) as box:
        for _ in range(200):
            box.append(opened())
    _, second, third, fourth, *_ = sorted(whole.glob("*-up-*.seg"))
    begin, end = first_number(second), first_number(fourth)
    for path in (second, third):
        path.write_bytes(bytes(4096))
    with Outbox(whole, NOON, PLAN) as again:
        assert named(again, "up", box.run) == list(range(begin, end))
        assert kept(again, "up", box.run) == [*range(1, begin), *range(end, 201)]


def first_number(path: Path) -> int:
    """Give the number that a segment begins with."""
    name = parse_name(path.name)
    assert name is not None
    return header_first(path.read_bytes(), name) or 0


def reported(box: Outbox) -> bool:
    return any(isinstance(record, OutboxDamaged) for _, record in waiting(box, "al"))
