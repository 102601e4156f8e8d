"""Entries on disk: what is whole is found, and what is not is never taken for it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge.entry import (
    HEADER_BYTES,
    Name,
    entry_bytes,
    header_bytes,
    header_first,
    parse_name,
    payload_of,
    read_entries,
    read_spans,
    span_bytes,
    spans,
)

NAME = Name(7, "0123456789abcdef", "up", 3)
HEADER = header_bytes(NAME, 1)
PAYLOADS = st.lists(st.binary(max_size=80), max_size=8)


def joined(payloads: list[bytes]) -> bytes:
    """Give a segment with these payloads, numbered from 1."""
    return HEADER + b"".join(entry_bytes(n, one) for n, one in enumerate(payloads, 1))


def found(data: bytes) -> dict[int, bytes | None]:
    """Give what the whole entries of a segment hold, by number."""
    return {
        entry.seq: payload_of(data[entry.offset : entry.offset + entry.size])
        for entry in read_entries(data)[0]
    }


@given(PAYLOADS)
def test_what_is_written_is_read(payloads: list[bytes]):
    assert found(joined(payloads)) == dict(enumerate(payloads, 1))
    assert read_entries(joined(payloads))[1] == []


@given(PAYLOADS, st.binary(max_size=60), st.data())
def test_rubbish_between_entries_costs_none_of_them(
    payloads: list[bytes], rubbish: bytes, data: st.DataObject
):
    place = data.draw(st.integers(0, len(payloads)))
    before, after = payloads[:place], payloads[place:]
    mixed = joined(before) + rubbish
    mixed += b"".join(entry_bytes(n, one) for n, one in enumerate(after, place + 1))
    read = found(mixed)
    assert dict(enumerate(payloads, 1)).items() <= read.items()
    lost = sum(len(torn.data) for torn in read_entries(mixed)[1])
    assert lost <= len(rubbish)


@given(PAYLOADS, st.data())
def test_every_byte_is_in_an_entry_or_told_as_torn(
    payloads: list[bytes], data: st.DataObject
):
    changed = bytearray(joined(payloads))
    for _ in range(3):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(st.integers(0, 255))
    entries, torn = read_entries(bytes(changed))
    covered = sum(entry.size for entry in entries) + sum(len(t.data) for t in torn)
    assert covered == len(changed) - HEADER_BYTES


@given(st.binary(max_size=300))
def test_rubbish_is_no_entry(data: bytes):
    entries, torn = read_entries(HEADER + data)
    assert entries == []
    assert b"".join(one.data for one in torn) == data


def test_a_header_is_believed_only_under_its_own_name():
    assert header_first(HEADER, NAME) == 1
    assert header_first(HEADER, NAME._replace(part=4)) is None
    assert header_first(HEADER, NAME._replace(lane="al")) is None
    assert header_first(HEADER[:-1], NAME) is None


def test_a_name_is_read_as_it_was_written():
    assert parse_name(NAME.file) == NAME
    for other in ("", "x.seg", NAME.file + "x", NAME.file.replace("up", "bl")):
        assert parse_name(other) is None


@given(st.sets(st.integers(1, 500), min_size=1))
def test_confirmed_numbers_are_read_as_they_were_written(numbers: set[int]):
    folded = list(spans(sorted(numbers)))
    assert read_spans(b"".join(span_bytes(*span) for span in folded)) == numbers
    assert all(one[1] + 1 < other[0] for one, other in pairwise(folded))


@given(st.binary(max_size=200))
def test_rubbish_confirms_nothing(data: bytes):
    assert read_spans(data) == set()


def test_half_a_confirmation_confirms_nothing():
    whole = span_bytes(1, 4) + span_bytes(7, 9)
    assert read_spans(whole[:-1]) == {1, 2, 3, 4}


def test_a_confirmation_of_more_than_a_segment_can_hold_is_none():
    assert read_spans(span_bytes(1, 10**9)) == set()
    assert read_spans(span_bytes(9, 1)) == set()
