"""A home says one thing of one size every five seconds, whatever happens in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from edge.outbox import Outbox
from edge.slots import SLOT_S, Slots, next_slot
from sites.answer import Receipt, seal_answer
from sites.event import DuressEntered, MeasurementTaken, PanicPressed
from sites.frame import HOME_BYTES, digest
from sites.health import ClockChanged, RecordsDropped, RunStarted
from sites.record import Record
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.records import NOON, measurement, panic
from tests.edge.wire import DEVICE, opened, receipt, slots


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path, NOON) as outbox:
        yield outbox


@pytest.fixture
def way(box: Outbox) -> Slots:
    """Give slots whose first one, with the run's start, was sent and confirmed."""
    ready = slots(box)
    ready.hear(receipt(ready.compose(0.0)), 0.1)
    return ready


def test_every_slot_is_512_bytes_busy_or_not(box: Outbox):
    way = slots(box)
    sizes = []
    for slot in range(200):
        if slot % 3 == 0:
            box.append(panic())
        if slot % 50 == 10:
            for _ in range(30):
                box.append(measurement())
        sizes.append(len(way.compose(slot * SLOT_S)))
    assert set(sizes) == {HOME_BYTES}


def test_a_clock_that_jumps_and_what_was_dropped_change_no_rhythm(box: Outbox):
    way, sizes = slots(box), []
    told = [
        ClockChanged(at=NOON, seconds=-12345678.123, trusted=False),
        RecordsDropped(at=NOON, first=1, last=2**40, count=2**40),
    ]
    for slot in range(20):
        box.append(told[slot % 2])
        sizes.append(len(way.compose(slot * SLOT_S)))
    assert sizes == [HOME_BYTES] * 20


def test_panic_takes_the_next_slot_whatever_else_waits(box: Outbox, way: Slots):
    for _ in range(100):
        box.append(measurement())
    for slot in range(3):
        way.compose(5.0 + slot * SLOT_S)
    box.append(panic())
    frame = opened(way.compose(20.0))
    assert [type(record) for record in frame.records] == [PanicPressed]


def test_panic_passes_an_alarm_that_is_due_once_more(box: Outbox):
    way = slots(box)
    way.compose(0.0)
    box.append(panic())
    assert way._frames["al"].due(5.0)
    frame = opened(way.compose(5.0))
    assert [type(record) for record in frame.records] == [PanicPressed]


def test_an_alarm_without_receipt_goes_again_sealed_anew(box: Outbox):
    way = slots(box)
    first = way.compose(0.0)
    again = way.compose(5.0)
    assert first != again
    assert opened(first).records == opened(again).records
    way.hear(receipt(first), 6.0)
    assert box.backlog("al") == 0


def test_a_receipt_for_either_seal_is_enough(box: Outbox):
    way = slots(box)
    way.compose(0.0)
    way.hear(receipt(way.compose(5.0)), 6.0)
    assert box.backlog("al") == 0


def test_a_slot_that_would_be_empty_carries_a_heartbeat(box: Outbox, way: Slots):
    frame = opened(way.compose(5.0))
    assert [type(record) for record in frame.records] == [MeasurementTaken]
    assert frame.header.lane == "up"
    assert box.backlog("up") == 1


def test_a_slot_with_nothing_at_all_to_say_is_an_empty_list(box: Outbox, way: Slots):
    for slot in range(8):
        assert opened(way.compose(5.0 + slot * 0.01)).records
    frame = opened(way.compose(5.5))
    assert frame.records == ()
    assert (frame.header.lane, frame.header.run) == ("al", box.run)


def test_a_backlog_drains_in_order_and_alarms_first(tmp_path: Path):
    with Outbox(tmp_path, NOON) as box:
        for _ in range(20):
            box.append(measurement())
        box.append(DuressEntered(at=NOON))
        way = slots(box)
        got: list[Record] = []
        for slot in range(30):
            sealed = way.compose(slot * SLOT_S)
            got += opened(sealed).records
            way.hear(receipt(sealed), slot * SLOT_S + 1)
    assert [type(record) for record in got[:2]] == [RunStarted, DuressEntered]
    plain = [record.seq for record in got[2:]]
    assert plain == list(range(1, len(plain) + 1))
    assert len(plain) >= 40


def test_forged_receipts_delete_nothing_in_a_home_either(box: Outbox):
    way = slots(box)
    sealed = way.compose(0.0)
    stored = Receipt(device=DEVICE, frame=digest(sealed), outcome="stored", at=NOON)
    way.hear(seal_answer(stored, SigningKey.generate(), DEVICE_KEY.verify_key), 1.0)
    way.hear(b"x" * 512, 1.0)
    assert box.backlog("al") == 1


@given(st.floats(0.1, 1e6), st.floats(0, 1e5))
def test_slots_stay_on_their_grid(slot: float, late: float):
    now = slot + late
    following = next_slot(slot, now)
    assert following > now - 1e-6
    assert following <= now + SLOT_S + 1e-6
    steps = (following - slot) / SLOT_S
    assert abs(steps - round(steps)) < 1e-6


def test_the_first_slot_begins_the_grid():
    assert next_slot(0.0, 1234.5) == 1239.5
