"""A station sends alarms first, in windows, and forgets on a true receipt alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from edge.album import Album
from edge.dispatch import FRAME_BYTES, Dispatch
from edge.errors import LinkError
from edge.outbox import Outbox
from sites.answer import Receipt, seal_answer
from sites.blob import PART_BYTES, join_blob, unseal_part
from sites.frame import digest
from tests.edge.collector_side import COLLECTOR_SEAL, COLLECTOR_SIGN, DEVICE_KEY
from tests.edge.records import NOON, measurement, numbers, panic
from tests.edge.wire import DEVICE, RecordingWire, dispatch, receipt


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox", NOON) as outbox:
        yield outbox


@pytest.fixture
def way(box: Outbox, tmp_path: Path) -> Dispatch:
    return dispatch(box, tmp_path)


def answer(way: Dispatch, wire: RecordingWire, now: float) -> None:
    """Confirm everything that was sent so far."""
    for _, sealed in wire.sent:
        way.hear(receipt(sealed), now)
    wire.sent.clear()


def test_alarms_go_first_whatever_was_written_before(box: Outbox, way: Dispatch):
    for _ in range(500):
        box.append(measurement())
    box.append(panic())
    wire = RecordingWire()
    way.send(wire, 0.0)
    assert [channel for channel, _ in wire.sent] == ["al"] + ["up"] * 8
    assert [frame.header.lane for frame in wire.frames()] == ["al"] + ["up"] * 8
    assert len(wire.frames()[0].records) == 2  # the run's start, and the alarm


def test_plain_records_go_fifty_to_a_frame_eight_frames_at_a_time(
    box: Outbox, way: Dispatch
):
    for _ in range(1000):
        box.append(measurement())
    wire = RecordingWire()
    way.send(wire, 0.0)
    plain = [frame for frame in wire.frames() if frame.header.lane == "up"]
    assert [len(frame.records) for frame in plain] == [50] * 8
    assert max(len(sealed) for _, sealed in wire.sent) <= FRAME_BYTES
    way.send(wire, 1.0)
    assert len(wire.sent) == 9
    way.hear(receipt(wire.sent[1][1]), 1.0)
    way.send(wire, 1.0)
    assert [record.seq for record in wire.frames()[-1].records] == list(range(401, 451))


def test_an_alarm_passes_a_full_window_of_plain_frames(box: Outbox, way: Dispatch):
    for _ in range(1000):
        box.append(measurement())
    wire = RecordingWire()
    way.send(wire, 0.0)
    before = len(wire.sent)
    box.append(panic())
    way.send(wire, 0.5)
    assert [channel for channel, _ in wire.sent[before:]] == ["al"]


def test_a_receipt_forgets_exactly_what_its_frame_carried(box: Outbox, way: Dispatch):
    for _ in range(120):
        box.append(measurement())
    wire = RecordingWire()
    way.send(wire, 0.0)
    second = wire.sent[2][1]
    way.hear(receipt(second), 1.0)
    assert numbers(box, "up") == [*range(1, 51), *range(101, 121)]
    assert box.backlog("al") == 1


def test_everything_is_delivered_and_forgotten_in_the_end(box: Outbox, way: Dispatch):
    for _ in range(1234):
        box.append(measurement())
    got = []
    for round_trip in range(10):
        wire = RecordingWire()
        way.send(wire, float(round_trip))
        got += [record.seq for record in wire.records() if record.lane == "up"]
        answer(way, wire, float(round_trip))
    assert got == list(range(1, 1235))
    assert (box.backlog("al"), box.backlog("up")) == (0, 0)


def test_what_is_not_confirmed_goes_again_under_the_same_name(
    box: Outbox, way: Dispatch
):
    box.append(measurement())
    wire = RecordingWire()
    way.send(wire, 0.0)
    alarm, plain = [sealed for _, sealed in wire.sent]
    way.send(wire, 2.0)
    assert wire.sent[2:] == [("al", alarm)]
    way.send(wire, 6.1)
    assert wire.sent[3:] == [("al", alarm), ("up", plain)]
    answer(way, wire, 6.2)
    way.send(wire, 10_000.0)
    assert wire.sent == []


def test_records_of_an_earlier_run_go_in_frames_of_that_run(tmp_path: Path):
    with Outbox(tmp_path / "outbox", NOON) as first:
        first.append(measurement())
    with Outbox(tmp_path / "outbox", NOON) as second:
        second.append(measurement())
        wire = RecordingWire()
        dispatch(second, tmp_path).send(wire, 0.0)
        runs = [(frame.header.lane, frame.header.run) for frame in wire.frames()]
    assert runs == [
        ("al", first.run),
        ("al", second.run),
        ("up", first.run),
        ("up", second.run),
    ]


def forged(sealed: bytes) -> dict[str, bytes]:
    """Give receipts that the collector never gave for this frame to this device."""
    stored = Receipt(device=DEVICE, frame=digest(sealed), outcome="stored", at=NOON)
    other = Receipt(
        device="bbbbbbbbbbbbbbbb", frame=digest(sealed), outcome="stored", at=NOON
    )
    good = seal_answer(stored, COLLECTOR_SIGN, DEVICE_KEY.verify_key)
    return {
        "signed by another": seal_answer(
            stored, SigningKey.generate(), DEVICE_KEY.verify_key
        ),
        "signed by the device": seal_answer(stored, DEVICE_KEY, DEVICE_KEY.verify_key),
        "for another device": seal_answer(other, COLLECTOR_SIGN, DEVICE_KEY.verify_key),
        "sealed to another": seal_answer(
            stored, COLLECTOR_SIGN, SigningKey.generate().verify_key
        ),
        "cut short": good[:-1],
        "changed": good[:-1] + bytes([good[-1] ^ 1]),
        "empty": b"",
        "the frame itself": sealed,
    }


@pytest.mark.parametrize("kind", list(forged(b"")))
def test_a_forged_receipt_deletes_nothing_and_is_counted(
    box: Outbox, way: Dispatch, kind: str
):
    box.append(panic())
    box.append(measurement())
    wire = RecordingWire()
    way.send(wire, 0.0)
    for _, sealed in list(wire.sent):
        way.hear(forged(sealed)[kind], 1.0)
    assert (box.backlog("al"), box.backlog("up")) == (2, 1)
    assert way._receipts.counts["ignored"] == len(wire.sent)
    answer(way, wire, 2.0)
    assert (box.backlog("al"), box.backlog("up")) == (0, 0)


def test_a_receipt_for_an_unknown_frame_does_no_harm(box: Outbox, way: Dispatch):
    way.hear(receipt(b"some frame of yesterday"), 0.0)
    assert box.backlog("al") == 1


def test_what_the_collector_set_aside_is_forgotten_and_counted(
    box: Outbox, way: Dispatch
):
    wire = RecordingWire()
    way.send(wire, 0.0)
    aside = Receipt(
        device=DEVICE,
        frame=digest(wire.sent[0][1]),
        outcome="set_aside",
        at=NOON,
        reason="bad_body",
    )
    way.hear(seal_answer(aside, COLLECTOR_SIGN, DEVICE_KEY.verify_key), 1.0)
    assert box.backlog("al") == 0
    assert way._receipts.counts["set_aside"] == 1


def album_of(way: Dispatch) -> Album:
    assert isinstance(way._album, Album)
    return way._album


def test_pictures_go_last_two_parts_at_a_time_until_whole(box: Outbox, way: Dispatch):
    picture = bytes(range(256)) * (5 * PART_BYTES // 256)
    album_of(way).keep(picture)
    box.append(measurement())
    parts = []
    for round_trip in range(4):
        wire = RecordingWire()
        way.send(wire, float(round_trip))
        channels = [channel for channel, _ in wire.sent]
        assert channels == sorted(channels, key=["al", "up", "bl"].index)
        assert channels.count("bl") <= 2
        parts += [
            unseal_part(s, COLLECTOR_SEAL).part for c, s in wire.sent if c == "bl"
        ]
        answer(way, wire, float(round_trip))
    assert join_blob(parts) == picture
    assert album_of(way).waiting == 0


def test_parts_of_a_picture_that_made_room_are_not_sent_again(
    box: Outbox, way: Dispatch
):
    album_of(way).keep(b"picture")
    wire = RecordingWire()
    way.send(wire, 0.0)
    album_of(way)._forget(wire_part(wire))
    wire.sent.clear()
    way.send(wire, 100.0)
    assert "bl" not in [channel for channel, _ in wire.sent]
    assert box.backlog("al") == 1


def wire_part(wire: RecordingWire) -> str:
    """Give the name of the picture in the last part sent."""
    return unseal_part(wire.sent[-1][1], COLLECTOR_SEAL).part.whole


def test_what_the_broker_did_not_take_goes_over_the_next_connection(
    box: Outbox, way: Dispatch
):
    for _ in range(200):
        box.append(measurement())
    wire = RecordingWire()
    wire.most = 2
    with pytest.raises(LinkError):
        way.send(wire, 0.0)
    fresh = RecordingWire()
    for window in way._frames.values():
        window.reopen(1.0)
    way.send(fresh, 1.0)
    plain = [record.seq for record in fresh.records() if record.lane == "up"]
    assert plain == list(range(1, 201))
