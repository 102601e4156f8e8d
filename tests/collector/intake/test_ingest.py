"""What cannot be believed is set aside with its reason, kept, counted, and told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
from nacl.public import PrivateKey, SealedBox
from nacl.signing import SigningKey

from collector.fleet.directory import directory_of
from collector.intake.ingest import Gone, Heard, SetAside, examine, is_possible
from collector.intake.source import Message
from collector.intake.store import KEPT_BYTES, KEPT_FRAMES
from sites.blob import cut_blob, seal_part
from sites.event import AlarmRaised, ContactOpened
from sites.frame import MAX_BYTES, Header, digest, encode_record, seal
from sites.sight import MotionStarted
from sites.topic import Channel, Path
from tests.collector import world
from tests.collector.intake.bench import Bench, message, outcomes, told
from tests.collector.world import NOW, Sender

Owner = psycopg.Connection[tuple[object, ...]]

UNNUMBERED = b'{"kind":"contact.opened","zone":1,"at":"2026-11-20T12:00:00Z"}'
RECORD = ContactOpened(seq=1, at=NOW, sensor=1, zone=1)
STRANGER = "z" * 16


def sealed(plain: bytes) -> bytes:
    return bytes(SealedBox(world.COLLECTOR_SEAL.public_key).encrypt(plain))


def future_version() -> bytes:
    plain = bytearray(SealedBox(world.COLLECTOR_SEAL).decrypt(Sender().frame(RECORD)))
    plain[2] = 2
    return sealed(bytes(plain))


def to_another_collector() -> bytes:
    header = Header(world.STATION, world.RUN, "up", NOW)
    key, stranger = world.DEVICE_KEYS[world.STATION], PrivateKey(bytes([5]) * 32)
    return seal(header, [encode_record(RECORD)], key, stranger.public_key)


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("unreadable", lambda: b""),
    "rubbish": ("unreadable", lambda: b"\0\xff" * 300),
    "sealed_rubbish": ("unreadable", lambda: sealed(b"PW" + bytes(200))),
    "sealed_nothing": ("unreadable", lambda: sealed(b"")),
    "to_another": ("unreadable", to_another_collector),
    "ten_megabytes": ("too_large", lambda: bytes(10 * 2**20)),
    "a_byte_too_much": ("too_large", lambda: bytes(MAX_BYTES + 1)),
    "wrong_key": (
        "bad_signature",
        lambda: Sender(key=SigningKey(bytes([7]) * 32)).frame(RECORD),
    ),
    "of_another_device": ("other_device", lambda: Sender(world.OTHER).frame(RECORD)),
    "future_version": ("future_version", future_version),
    "no_list": ("bad_body", lambda: Sender().raw(b'{"a":1},')),
    "no_number": ("bad_body", lambda: Sender().raw(UNNUMBERED)),
    "rubbish_record": ("bad_body", lambda: Sender().raw(b'{"kind":7,"seq":-4}')),
}


def aside(owner: Owner) -> list[Any]:
    return owner.execute(
        "select refusal, unit, device, topic, size, raw, times"
        " from store.frame_set_aside order by received, digest"
    ).fetchall()


@pytest.mark.parametrize("case", BAD)
async def test_it_is_kept_with_its_reason_and_the_device_may_forget_it(
    lane: Bench, owner: Owner, case: str
):
    refusal, make = BAD[case]
    frame = make()
    fits = len(frame) <= KEPT_BYTES
    expected = told(frame, outcome=refusal) if fits else {}
    assert outcomes(await lane.take(frame)) == expected
    topic = f"wp/1/{world.STATION}-1/up"
    size = len(frame)
    kept = (refusal, "noord", world.STATION, topic, size, frame, 1)
    if not fits:
        kept = (refusal, "noord", world.STATION, topic, 0, b"", 1)
    assert aside(owner) == [kept]
    assert lane.metrics.set_aside.labels(refusal)._value.get() == 1
    assert owner.execute("select from store.event").fetchall() == []


async def test_it_costs_the_others_nothing(lane: Bench, owner: Owner):
    frames = [make() for _, make in BAD.values()]
    good = [Sender(run=f"{n:016x}").frame(RECORD) for n in range(len(frames) + 1)]
    mixed = [good[0]]
    for bad, fine in zip(frames, good[1:], strict=True):
        mixed += [bad, fine]
    said = outcomes(await lane.take(*mixed))
    assert said == {
        **told(*good),
        **{
            digest(frame): refusal
            for frame, (refusal, _) in zip(frames, BAD.values(), strict=True)
            if len(frame) <= KEPT_BYTES
        },
    }
    stored = owner.execute("select count(*) from store.event").fetchone()
    assert stored == (len(good),)


async def test_the_rest_of_a_frame_with_an_impossible_record_is_stored(
    lane: Bench, owner: Owner
):
    frame = Sender().raw(encode_record(RECORD), b'{"kind":"x"}')
    assert outcomes(await lane.take(frame)) == told(frame, outcome="bad_body")
    assert owner.execute("select seq from store.event").fetchall() == [(1,)]
    assert [row[0] for row in aside(owner)] == ["bad_body"]


async def test_a_stranger_is_kept_and_gets_no_receipt(lane: Bench, owner: Owner):
    frame = Sender(STRANGER, key=SigningKey(bytes([7]) * 32)).frame(RECORD)
    await lane.lane.take(
        [
            message(frame, STRANGER),
            Message("wp/1/not-a-path/up", b"hello", NOW),
            Message("wp/1/\0/up", b"hello again", NOW),
        ]
    )
    assert lane.source.answers == []
    assert (
        sorted((row[0], row[1], row[2]) for row in aside(owner))
        == [("unknown_device", None, None)] * 3
    )


async def test_a_frame_on_anothers_topic_frees_nobody(lane: Bench):
    frame = Sender(world.OTHER).frame(RECORD)
    (receipt,) = await lane.take(frame)
    assert receipt.device == world.STATION
    (topic, _) = lane.source.answers[0]
    assert topic == f"wp/1/{world.STATION}-1/down"


async def test_the_same_bad_frame_is_kept_once_and_counted(lane: Bench, owner: Owner):
    for _ in range(3):
        await lane.take(b"rubbish", b"rubbish")
    ((refusal, *_, times),) = aside(owner)
    assert (refusal, times) == ("unreadable", 6)


async def test_a_flood_of_bad_frames_fills_nothing(lane: Bench, owner: Owner):
    flood = [f"rubbish {n}".encode() for n in range(KEPT_FRAMES + 40)]
    receipts = await lane.take(*flood)
    rows = aside(owner)
    assert len(rows) == KEPT_FRAMES + 1
    assert sum(row[-1] for row in rows) == len(flood)
    (more,) = [row for row in rows if row[5] == b""]
    assert more[-1] == 40
    # what is not kept is not confirmed: its sender may not forget it
    kept = {digest(row[5]) for row in rows if row[5]}
    assert {receipt.frame for receipt in receipts} == kept
    assert "not confirmed" in " ".join(lane.health.troubles.values())
    await lane.take(b"of another device", device=world.OTHER)
    assert len(aside(owner)) == KEPT_FRAMES + 2


async def test_large_bad_frames_fill_nothing(lane: Bench, owner: Owner):
    flood = [bytes([n]) * (MAX_BYTES - 1) for n in range(40)]
    await lane.take(*flood)
    kept = owner.execute(
        "select sum(length(raw)), sum(times) from store.frame_set_aside"
    ).fetchone()
    assert kept is not None
    assert isinstance(kept[0], int)
    assert KEPT_BYTES // 2 < kept[0] <= KEPT_BYTES
    assert kept[1] == 40


def findings(topic: str, payload: bytes) -> object:
    return examine(
        Message(topic, payload, NOW),
        world.COLLECTOR_SEAL,
        directory_of(world.inventory()),
    )


def test_the_fields_of_a_kind_become_data():
    record = MotionStarted(
        seq=3, at=NOW, sensor=5, zone=1, box=(0.1, 0.2, 0.3, 0.4), picture="a" * 64
    )
    heard = findings(
        Path(world.STATION, 2).topic("up"), Sender().raw(encode_record(record))
    )
    assert isinstance(heard, Heard)
    assert heard.path.way == 2
    (row,) = heard.rows
    assert (row.sensor, row.zone, row.seq, row.kind) == (5, 1, 3, "motion.started")
    assert row.data == {"box": (0.1, 0.2, 0.3, 0.4), "picture": "a" * 64}


def test_a_home_sends_both_lanes_on_the_topic_of_alarms():
    topic = Path(world.KIT, 1).topic("al")
    assert isinstance(findings(topic, Sender(world.KIT).frame(RECORD)), Heard)
    other = findings(
        Path(world.STATION, 1).topic("al"), Sender(world.STATION).frame(RECORD)
    )
    assert isinstance(other, SetAside)


@pytest.mark.parametrize(
    ("payload", "connection"),
    [
        (b"0123456789abcdef", "0123456789abcdef"),
        (b"", ""),
        (b"\xff\0", ""),
        (b"x" * 99, "x" * 64),
    ],
)
def test_a_last_will_names_its_connection(payload: bytes, connection: str):
    gone = findings(Path(world.STATION, 1).topic("gone"), payload)
    assert isinstance(gone, Gone)
    assert gone.connection == connection


def test_pictures_of_a_home_are_refused_unseen():
    (part,) = cut_blob(b"picture", world.KIT)
    frame = seal_part(
        part, world.DEVICE_KEYS[world.KIT], world.COLLECTOR_SEAL.public_key
    )
    refused = findings(Path(world.KIT, 1).topic("bl"), frame)
    assert isinstance(refused, SetAside)
    assert (refused.refusal, refused.detail) == (
        "bad_body",
        "a home sends no pictures",
    )


def part_of(device: str) -> bytes:
    (part,) = cut_blob(b"picture", device)
    key = world.DEVICE_KEYS[device]
    return seal_part(part, key, world.COLLECTOR_SEAL.public_key)


STRAYED: dict[str, tuple[str, Channel, Callable[[], bytes]]] = {
    "an alarm among the plain": (
        world.STATION,
        "up",
        lambda: Sender(lane="al").frame(RECORD),
    ),
    "a record among the alarms": (world.STATION, "al", lambda: Sender().frame(RECORD)),
    "an alarm among the pictures": (
        world.STATION,
        "bl",
        lambda: Sender(lane="al").frame(RECORD),
    ),
    "many records among the pictures": (
        world.STATION,
        "bl",
        lambda: Sender().raw(*[b'{"kind":"%0200d"}' % n for n in range(500)]),
    ),
    "a version to come among the pictures": (world.STATION, "bl", future_version),
    "a picture among the alarms": (
        world.STATION,
        "al",
        lambda: part_of(world.STATION),
    ),
    "a kit's alarm among the plain": (
        world.KIT,
        "up",
        lambda: Sender(world.KIT, lane="al").frame(RECORD),
    ),
    "a kit's alarm among the pictures": (
        world.KIT,
        "bl",
        lambda: Sender(world.KIT, lane="al").frame(RECORD),
    ),
}


@pytest.mark.parametrize("strayed", STRAYED)
async def test_a_broker_that_moves_a_frame_gets_no_receipt_for_it(
    lane: Bench, owner: Owner, strayed: str
):
    device, channel, make = STRAYED[strayed]
    assert await lane.take_on(channel, make(), device=device) == []
    assert [row[0] for row in aside(owner)] == ["other_lane"]
    assert owner.execute("select from store.event").fetchall() == []


AT = "2026-11-20T12:00:00Z"
BARRED = {
    "who came in": b'{"kind":"contact.opened","seq":2,"zone":1,"at":"%s"}',
    "who moves": b'{"kind":"motion.started","seq":2,"zone":1,"at":"%s"}',
    "who is away": b'{"kind":"panel.armed","seq":2,"mode":"away","by":"hand",'
    b'"at":"%s"}',
    "who is back": b'{"kind":"panel.disarmed","seq":2,"by":"hand","at":"%s"}',
    "who comes in": b'{"kind":"entry.started","seq":2,"zone":1,"seconds":9,"at":"%s"}',
    "how warm it is": b'{"kind":"measurement.taken","seq":2,"sensor":1,'
    b'"quantity":"co2","value":900,"at":"%s"}',
    "what we cannot read": b'{"kind":"presence.seen","seq":2,"who":"canary","at":"%s"}',
    "no record at all": b'"canary%s"',
}


@pytest.mark.parametrize("barred", BARRED)
async def test_what_may_not_leave_a_home_is_not_kept_and_costs_no_alarm(
    lane: Bench, owner: Owner, barred: str
):
    panic = b'{"kind":"panic.pressed","silent":true,"seq":1,"at":"%s"}' % AT.encode()
    alarm = b'{"kind":"alarm.raised","cause":"contact","seq":3,"at":"%s"}' % AT.encode()
    frame = Sender(world.KIT, lane="al").raw(panic, BARRED[barred] % AT.encode(), alarm)
    said = outcomes(await lane.take_on("al", frame, device=world.KIT))
    assert said == told(frame, outcome="bad_body")
    stored = owner.execute("select seq, kind from store.event order by seq").fetchall()
    assert stored == [(1, "panic.pressed"), (3, "alarm.raised")]
    assert owner.execute("select from store.measurement").fetchall() == []
    assert [row.kind for row in lane.judged] == ["panic.pressed", "alarm.raised"]
    topic = f"wp/1/{world.KIT}-1/al"
    assert aside(owner) == [("bad_body", "noord", world.KIT, topic, 0, b"", 1)]


def test_an_alarm_of_a_home_comes_without_the_picture_that_it_names():
    raised = AlarmRaised(
        seq=1, at=NOW, cause="motion", zone=1, sensor=1, picture="a" * 64
    )
    for device, data in ((world.KIT, {"cause": "motion"}), (world.STATION, None)):
        frame = Sender(device, lane="al").frame(raised)
        heard = findings(Path(device, 1).topic("al"), frame)
        assert isinstance(heard, Heard)
        (row,) = heard.rows
        assert row.data == (data or {"cause": "motion", "picture": "a" * 64})


@pytest.mark.parametrize("content", [b"", b"rubbish"])
def test_nothing_is_kept_of_what_a_home_sends_as_a_picture(content: bytes):
    (part,) = cut_blob(b"the living room", world.KIT)
    key = world.DEVICE_KEYS[world.KIT]
    frame = content or seal_part(part, key, world.COLLECTOR_SEAL.public_key)
    refused = findings(Path(world.KIT, 1).topic("bl"), frame)
    assert isinstance(refused, SetAside)
    assert refused.message.payload == b""
    assert refused.digest == digest(frame)
    station = findings(Path(world.STATION, 1).topic("bl"), frame)
    assert isinstance(station, SetAside)
    assert station.message.payload == frame


def test_a_time_without_a_zone_is_impossible():
    assert not is_possible(datetime(2026, 11, 20), NOW)  # noqa: DTZ001  # the point
    assert is_possible(NOW, NOW)
