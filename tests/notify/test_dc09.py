"""SIA DC-09, held against its text and against a receiver that others wrote."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st
from pysiaalarm.account import SIAAccount
from pysiaalarm.event import SIAEvent

from collector.notify import dc09
from collector.notify.dc09 import Answer, Event, Signal
from collector.notify.errors import GarbledError

AT = datetime(2026, 11, 23, 9, 5, 7, tzinfo=UTC)
TEXT_KEY = "AAAAAAAAAAAAAAAA"  # pysiaalarm wants its keys as characters
KEY = TEXT_KEY.encode()
NOISE = bytes(range(16))
SILENT = Signal("1A2B", 7, Event("HA", 3))

accounts = st.text("0123456789ABCDEF", min_size=3, max_size=16)
keys = st.sampled_from([None, "k" * 16, "l" * 24, "m" * 32])
noises = st.binary(min_size=dc09.NOISE_BYTES, max_size=dc09.NOISE_BYTES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001  # made aware at once
    lambda one: one.replace(tzinfo=UTC, microsecond=0)
)
events = st.builds(
    Event, st.sampled_from(["PA", "HA", "BA", "TA", "YC"]), st.integers(0, 255)
)


def heard(raw: bytes, account: str, key: str | None) -> SIAEvent:
    """Read a message as pysiaalarm does."""
    held = {account: SIAAccount(account, key, allowed_timeband=None)}
    return SIAEvent.from_line(raw.decode("ascii").strip(), held)


def answered(body: str) -> bytes:
    """Write an answer with the right checksum and length."""
    inner = body.encode()
    return b"\n%04X%04X%s\r" % (dc09.checksum(inner), len(inner), inner)


def test_the_checksum_is_that_of_an_example_in_the_standard():
    # CRC-16/ARC, whose check value is published for these nine digits.
    assert dc09.checksum(b"123456789") == 0xBB3D


def test_a_message_is_written_as_the_standard_has_it():
    raw = dc09.write(SILENT, AT, None, NOISE)
    assert raw[:1] == b"\n"
    assert raw[9:] == (
        b'"SIA-DCS"0007R0L0#1A2B[#1A2B|Nri0/HA003]_09:05:07,11-23-2026\r'
    )
    assert raw[5:9] == b"003C"
    assert int(raw[5:9], 16) == len(raw[9:-1])


def test_a_question_whether_somebody_is_there_has_no_event_and_no_number():
    raw = dc09.write(Signal("1A2B", 0, None), AT, None, NOISE)
    assert raw[9:] == b'"NULL"0000R0L0#1A2B[]_09:05:07,11-23-2026\r'


def test_times_are_told_in_utc_wherever_we_are():
    there = AT.astimezone(timezone(timedelta(hours=2)))
    assert dc09.write(SILENT, there, None, NOISE) == dc09.write(SILENT, AT, None, NOISE)


@given(accounts, st.integers(1, 9999), events, keys, noises, moments)
def test_another_program_reads_what_we_wrote(account, sequence, event, key, noise, at):
    signal = Signal(account, sequence, event)
    told = heard(dc09.write(signal, at, key and key.encode(), noise), account, key)
    assert told.valid_message
    # pysiaalarm's own check of the length reads its digits as decimal ones.
    assert int(str(told.length), 16) == len(str(told.full_message))
    assert (told.account, told.sequence) == (account, f"{sequence:04d}")
    assert (told.code, told.message) == (event.code, f"{event.zone:03d}")
    assert told.timestamp == at
    assert told.encrypted == (key is not None)


@given(accounts, keys, noises, moments)
def test_another_program_reads_our_question(account, key, noise, at):
    raw = dc09.write(Signal(account, 0, None), at, key and key.encode(), noise)
    told = heard(raw, account, key)
    assert told.valid_message
    assert (told.code, told.timestamp) == ("RP", at)


@given(accounts, events, keys, noises)
def test_no_message_has_a_field_that_could_tell_where_it_is(account, event, key, noise):
    """No location, building, room, name, longitude, latitude or network (2.4)."""
    raw = dc09.write(Signal(account, 1, event), AT, key and key.encode(), noise)
    told = heard(raw, account, key)
    assert told.x_data is None
    assert told.extended_data is None
    assert set(str(told.message)) <= set("0123456789")


@given(noises, noises)
def test_equal_events_are_not_seen_to_be_equal_unless_the_noise_is(one, other):
    first, second = (dc09.write(SILENT, AT, KEY, noise) for noise in (one, other))
    same = all(a % 32 == b % 32 for a, b in zip(one, other, strict=True))
    if same:
        assert first == second
    if first != second:
        assert not same


@given(noises)
def test_what_is_encrypted_can_be_opened_with_the_key_alone(noise):
    raw = dc09.write(SILENT, AT, KEY, noise)
    sealed = bytes.fromhex(raw[:-1].partition(b"[")[2].decode())
    opened = Cipher(AES(KEY), CBC(bytes(16))).decryptor()
    plain = opened.update(sealed) + opened.finalize()
    padding, _, data = plain.partition(b"|")
    assert data == b"#1A2B|Nri0/HA003]_09:05:07,11-23-2026"
    assert 1 <= len(padding) <= 16
    assert not set(padding) & set(b"[]|")


@given(accounts, st.integers(1, 9999), events, keys)
def test_we_read_what_another_program_answers(account, sequence, event, key):
    signal, ours = Signal(account, sequence, event), key and key.encode()
    told = heard(dc09.write(signal, AT, ours, NOISE), account, key)
    answer = dc09.read(told.create_response(), ours)
    assert (answer.word, answer.sequence) == ("ACK", sequence)
    assert dc09.accepted(signal, answer, ours)
    assert (answer.at is None) == (key is None)


def test_a_refusal_tells_the_clock_of_the_receiver():
    raw = answered('"NAK"0000R0L0A0[]_09:06:00,11-23-2026')
    answer = dc09.read(raw, None)
    at = AT + timedelta(seconds=53)
    assert answer == Answer("NAK", 0, None, encrypted=False, at=at)
    assert not dc09.accepted(SILENT, answer, None)


@pytest.mark.parametrize(
    "body",
    [
        '"ACK"0008R0L0#1A2B[]',  # of another message
        '"ACK"0007R0L0#1A2C[]',  # of another account
        '"ACK"0007R0L0[]',  # of nobody
        '"DUH"0007R0L0#1A2B[]',
        '"NAK"0007R0L0#1A2B[]',
    ],
)
def test_nothing_but_an_acceptance_of_this_message_counts(body):
    assert dc09.accepted(SILENT, dc09.read(answered('"ACK"0007L0#1a2b[]'), None), None)
    assert not dc09.accepted(SILENT, dc09.read(answered(body), None), None)


def test_an_open_acceptance_of_what_was_encrypted_does_not_count():
    answer = dc09.read(answered('"ACK"0007R0L0#1A2B[]'), KEY)
    assert not dc09.accepted(SILENT, answer, KEY)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "frame"),
        (b"\n\r", "checksum"),
        (b'"NAK"', "frame"),
        (b"\n00000014" + b'"ACK"0007R0L0#1A2B[]\r', "checksum"),
        (answered('"ACK"0007R0L0#1A2B[]')[:-2] + b"x\r", "checksum"),
        (answered('"ACK"7R0L0#1A2B[]'), "form"),
        (answered('"YES"0007R0L0#1A2B[]'), "form"),
        (answered('"*ACK"0007R0L0#1A2B[zz'), "cipher"),
        (answered('"*ACK"0007R0L0#1A2B[00'), "cipher"),
        (answered('"*ACK"0007R0L0#1A2B[' + "00" * 16), "key"),
        (answered("x" * 5000), "frame"),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(raw, what):
    with pytest.raises(GarbledError, match=what):
        dc09.read(raw, KEY)


def test_an_encrypted_answer_says_nothing_to_one_without_the_key():
    answer = heard(dc09.write(SILENT, AT, KEY, NOISE), "1A2B", TEXT_KEY)
    raw = answer.create_response()
    with pytest.raises(GarbledError, match="no key"):
        dc09.read(raw, None)
    with pytest.raises(GarbledError, match="key"):
        dc09.read(raw, b"B" * 16)


@given(st.binary(max_size=80))
def test_whatever_comes_is_read_or_refused(raw):
    for tried in (raw, answered(raw.decode("latin-1").replace("\x00", ""))):
        try:
            answer = dc09.read(tried, KEY)
        except GarbledError:
            continue
        assert answer.word in ("ACK", "NAK", "DUH", "RSP")


def test_a_time_that_is_none_is_no_time():
    assert dc09.read(answered('"NAK"0000L0[]_29:61:00,13-40-2026'), None).at is None
