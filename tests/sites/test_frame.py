import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox
from nacl.signing import SigningKey

from sites.errors import FrameError, FrameTooSmallError
from sites.event import KINDS, MeasurementTaken, PanicPressed
from sites.frame import (
    HOME_BYTES,
    MAX_BYTES,
    OVERHEAD,
    Header,
    digest,
    encode_record,
    kind_prefix,
    seal,
    size_of,
    unseal,
    verify,
)
from sites.health import Heartbeat
from sites.sight import MotionStarted
from tests.sites.records import RECORDS, TIMES

KEY = SigningKey(bytes([1]) * 32)
OTHER = SigningKey(bytes([2]) * 32)
COLLECTOR = PrivateKey(bytes([3]) * 32)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEADER = Header("abcdefghijklmnop", "0123456789abcdef", "up", NOON)
HEADERS = st.builds(
    Header,
    device=st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16),
    run=st.text("0123456789abcdef", min_size=16, max_size=16),
    lane=st.sampled_from(["al", "up"]),
    sent_at=TIMES,
)


def measured(seq: int = 1) -> MeasurementTaken:
    return MeasurementTaken(seq=seq, at=NOON, sensor=1, quantity="co2", value=412.5)


def sealed(*bodies: bytes, header: Header = HEADER, size: int | None = None) -> bytes:
    return seal(header, list(bodies), KEY, COLLECTOR.public_key, size=size)


def opened(data: bytes):
    return verify(unseal(data, COLLECTOR), KEY.verify_key)


def resealed(change) -> bytes:
    """Change what is inside a seal, sign it again, seal it again."""
    plain = SealedBox(COLLECTOR).decrypt(sealed(encode_record(measured())))
    signed = bytes(change(bytearray(plain[:-64])))
    signature = KEY.sign(signed).signature
    return bytes(SealedBox(COLLECTOR.public_key).encrypt(signed + signature))


def refusal(data: bytes, key: SigningKey = KEY) -> str:
    with pytest.raises(FrameError) as caught:
        verify(unseal(data, COLLECTOR), key.verify_key)
    return caught.value.refusal


@given(HEADERS, st.lists(RECORDS, max_size=8))
def test_a_frame_is_read_as_it_was_sealed(header, records):
    data = sealed(*map(encode_record, records), header=header)
    frame = opened(data)
    assert frame.header == header
    assert frame.records == tuple(records)
    assert frame.unknown == ()


@given(st.lists(RECORDS, max_size=8))
def test_the_size_is_known_before_sealing(records):
    bodies = [encode_record(record) for record in records]
    assert len(sealed(*bodies)) == size_of(bodies)


@given(st.lists(RECORDS, max_size=1))
def test_a_home_s_frame_is_always_512_bytes_whatever_it_says(records):
    bodies = [encode_record(record) for record in records]
    if size_of(bodies) > HOME_BYTES:
        bodies = []
    data = sealed(*bodies, size=HOME_BYTES)
    assert len(data) == HOME_BYTES == 512
    assert opened(data).records == tuple(records if bodies else [])


def test_a_panic_and_a_heartbeat_each_fit_into_a_home_s_frame():
    panic = PanicPressed(seq=1, at=NOON, sensor=3, silent=True)
    beat = Heartbeat(
        seq=10**9,
        at=NOON,
        uptime_s=10**8,
        backlog_al=10**6,
        backlog_up=10**6,
        disk_free=0.123456789,
    )
    for bodies in ([encode_record(panic)], [encode_record(beat)]):
        assert size_of(bodies) <= HOME_BYTES


@given(RECORDS)
def test_every_record_begins_as_its_kind_does_and_as_no_other(record):
    data = encode_record(record)
    begins = [kind for kind in KINDS.values() if data.startswith(kind_prefix(kind))]
    assert begins == [type(record)]


def test_records_that_do_not_fit_are_told_with_both_sizes():
    bodies = [encode_record(measured(n)) for n in range(1, 6)]
    with pytest.raises(FrameTooSmallError) as caught:
        sealed(*bodies, size=HOME_BYTES)
    needed = size_of(bodies)
    assert str(caught.value) == f"the frame needs {needed} bytes and may have 512"


def test_a_frame_never_grows_beyond_the_limit():
    body = encode_record(measured())
    room = (MAX_BYTES - OVERHEAD - 1) // (len(body) + 1)
    assert len(sealed(*[body] * room)) <= MAX_BYTES
    with pytest.raises(FrameTooSmallError):
        sealed(*[body] * (room + 1))


@settings(max_examples=300)
@given(st.data())
def test_any_flipped_bit_is_refused_as_unreadable(data):
    whole = bytearray(sealed(encode_record(measured())))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    assert refusal(bytes(whole)) == "unreadable"


def test_any_cut_is_refused_as_unreadable():
    whole = sealed(encode_record(measured()))
    assert {refusal(whole[:length]) for length in range(len(whole))} == {"unreadable"}


@settings(max_examples=300)
@given(st.data())
def test_any_bit_flipped_inside_the_seal_is_a_frame_error_and_nothing_else(data):
    plain = bytearray(SealedBox(COLLECTOR).decrypt(sealed(encode_record(measured()))))
    at = data.draw(st.integers(0, len(plain) - 1))
    plain[at] ^= 1 << data.draw(st.integers(0, 7))
    again = bytes(SealedBox(COLLECTOR.public_key).encrypt(bytes(plain)))
    assert refusal(again) in {"unreadable", "future_version", "bad_signature"}


@given(st.binary(max_size=600))
def test_rubbish_inside_a_good_seal_is_a_frame_error_and_nothing_else(rubbish):
    data = bytes(SealedBox(COLLECTOR.public_key).encrypt(b"WP\x01" + rubbish))
    assert refusal(data) in {"unreadable", "bad_signature"}


@given(st.binary(max_size=400))
def test_a_well_signed_body_of_rubbish_is_a_frame_error_and_nothing_else(rubbish):
    def change(plain: bytearray) -> bytearray:
        return bytearray(plain[:30] + len(rubbish).to_bytes(4, "big") + rubbish)

    said = None
    with suppress(FrameError):
        said = opened(resealed(change))
    assert said is None or said.records == ()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"kind":"x","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[{" * 60_000,
        b"\xff\xfe",
        b'"\\ud800"',
    ],
)
def test_a_signed_body_that_goes_very_deep_is_a_bad_body(body):
    assert refusal(sealed(body)) == "bad_body"


def test_another_device_s_key_does_not_verify():
    data = sealed(encode_record(measured()))
    assert refusal(data, OTHER) == "bad_signature"


def test_the_device_in_the_header_is_covered_by_the_signature():
    data = sealed(encode_record(measured()))
    inner = unseal(data, COLLECTOR)
    moved = inner.signed.replace(inner.signed[4:14], b"x" * 10, 1)
    with pytest.raises(FrameError, match="bad_signature"):
        verify(replace(inner, signed=moved), KEY.verify_key)


def test_another_collector_cannot_open_a_frame():
    with pytest.raises(FrameError) as caught:
        unseal(sealed(encode_record(measured())), PrivateKey(bytes([4]) * 32))
    assert str(caught.value) == (
        "frame refused (unreadable): it is not sealed to this collector"
    )


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_refused_by_its_number(version):
    def change(plain: bytearray) -> bytearray:
        plain[2] = version
        return plain

    with pytest.raises(FrameError) as caught:
        unseal(resealed(change), COLLECTOR)
    assert caught.value.refusal == "future_version"
    assert caught.value.detail == f"version {version}, 1 is known"


@pytest.mark.parametrize("lane", [2, 255])
def test_a_lane_that_does_not_exist_is_unreadable(lane):
    def change(plain: bytearray) -> bytearray:
        plain[3] = lane
        return plain

    assert refusal(resealed(change)) == "unreadable"


def test_a_body_longer_than_what_follows_is_unreadable():
    def change(plain: bytearray) -> bytearray:
        plain[30:34] = (2**32 - 1).to_bytes(4, "big")
        return plain

    assert refusal(resealed(change)) == "unreadable"


def test_a_time_of_sending_beyond_the_calendar_is_unreadable():
    def change(plain: bytearray) -> bytearray:
        plain[22:30] = b"\xff" * 8
        return plain

    assert refusal(resealed(change)) == "unreadable"


def test_ten_megabytes_are_refused_before_they_are_opened():
    with pytest.raises(FrameError) as caught:
        unseal(bytes(10_000_000), COLLECTOR)
    assert caught.value.refusal == "too_large"
    assert caught.value.detail == "10000000 bytes, 262144 at most"


def test_a_clock_before_1970_is_sent_as_1970():
    header = replace(HEADER, sent_at=datetime(1960, 1, 1, tzinfo=UTC))
    frame = opened(sealed(header=header))
    assert frame.header.sent_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_records_of_an_impossible_time_are_read_as_they_are():
    for year in (1970, 2100):
        record = msgspec.structs.replace(
            measured(), at=datetime(year, 1, 1, tzinfo=UTC)
        )
        assert opened(sealed(encode_record(record))).records == (record,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T13:00:00+01:00", NOON),
        ("9999-12-31T23:59:59-12:00", datetime.max.replace(tzinfo=UTC)),
        ("0001-01-01T00:00:00+12:00", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_times_are_turned_to_utc_or_to_the_end_of_the_calendar(text, expected):
    body = {"kind": "tamper.opened", "seq": 1, "at": text}
    (record,) = opened(sealed(json.dumps(body).encode())).records
    assert record.at == expected
    assert record.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("body", "seq", "at", "kind"),
    [
        (
            {"kind": "drone.seen", "seq": 7, "at": "2026-11-22T12:00:00Z"},
            7,
            NOON,
            "drone.seen",
        ),
        ({"kind": "tamper.opened", "seq": -1}, 0, None, "tamper.opened"),
        ({"kind": "Jan de Vries", "seq": "7", "at": 12}, 0, None, ""),
        ({"kind": ["a"], "seq": 2**60, "at": "2026-11-22T12:00:00"}, 0, None, ""),
        ({}, 0, None, ""),
        ([], 0, None, ""),
        (12, 0, None, ""),
    ],
)
def test_what_this_version_cannot_read_is_kept_beside_the_others(body, seq, at, kind):
    raw = json.dumps(body).encode()
    frame = opened(sealed(encode_record(measured()), raw, encode_record(measured(2))))
    assert frame.records == (measured(), measured(2))
    (unknown,) = frame.unknown
    assert (unknown.seq, unknown.at, unknown.kind, unknown.data) == (seq, at, kind, raw)


def test_a_frame_is_named_by_its_bytes():
    one = sealed(encode_record(measured()))
    two = sealed(encode_record(measured()))
    assert digest(one) == digest(one)
    assert digest(one) != digest(two), "each sealing draws its own key"
    assert len(digest(one)) == 64


def test_one_record_is_small_on_the_wire():
    motion = MotionStarted(
        seq=1, at=NOON, sensor=6, zone=5, box=(0.25, 0.5, 0.125, 0.25), score=0.5
    )
    assert size_of([encode_record(motion)]) < 329
