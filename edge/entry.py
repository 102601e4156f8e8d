"""How a segment of the outbox stands on disk: a header, entries, confirmations.

Each has its length and a checksum (CRC-32 as in zlib). An entry begins with a mark, so
that the entries behind a damaged one are found again.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from sites.record import Lane

_MARK = b"\xf5WPe"
_MAGIC = b"WPsegm1\n"
_HEADER = struct.Struct(">8s8s2sIIQ")
_ENTRY = struct.Struct(">4sIQI")
_SPAN = struct.Struct(">QQ")
_CHECK = struct.Struct(">I")
_CHECKED = struct.Struct(">IQ")
_NAME = re.compile(r"(\d{8})-([0-9a-f]{16})-(al|up)-(\d{6})\.seg")

HEADER_BYTES = _HEADER.size + _CHECK.size
ENTRY_BYTES = _ENTRY.size  # before what an entry holds
MOST_BYTES = 65_536


class Name(NamedTuple):
    """Which segment: the how-manieth run, its id, the lane, the how-manieth file."""

    order: int
    run: str
    lane: Lane
    part: int

    @property
    def file(self) -> str:
        return f"{self.order:08d}-{self.run}-{self.lane}-{self.part:06d}.seg"


class Torn(NamedTuple):
    """Bytes that are no whole entry, and where in the file they stood."""

    offset: int
    data: bytes


class Entry(NamedTuple):
    """One whole entry: its number, and where it stands."""

    seq: int
    offset: int
    size: int


def parse_name(file: str) -> Name | None:
    """Read a segment's file name; None where it is none of ours."""
    match = _NAME.fullmatch(file)
    if match is None:
        return None
    lane: Lane = "al" if match[3] == "al" else "up"
    return Name(int(match[1]), match[2], lane, int(match[4]))


def header_bytes(name: Name, first: int) -> bytes:
    """Write the header: whose segment it is, and the number that it begins with."""
    lane = name.lane.encode()
    run = bytes.fromhex(name.run)
    fields = _HEADER.pack(_MAGIC, run, lane, name.order, name.part, first)
    return fields + _CHECK.pack(zlib.crc32(fields))


def header_first(data: bytes, name: Name) -> int | None:
    """Read the number that a segment begins with; None for a header that is not its."""
    if len(data) < HEADER_BYTES:
        return None
    first = int(_HEADER.unpack_from(data)[-1])
    return first if data.startswith(header_bytes(name, first)) else None


def entry_bytes(seq: int, payload: bytes) -> bytes:
    """Write one entry."""
    return _ENTRY.pack(_MARK, len(payload), seq, _crc(seq, payload)) + payload


def read_entries(data: bytes) -> tuple[list[Entry], list[Torn]]:
    """Find every whole entry behind the header, and the bytes that belong to none."""
    entries: list[Entry] = []
    torn: list[Torn] = []
    at = HEADER_BYTES
    while at < len(data):
        entry = _entry_at(data, at)
        if entry is not None:
            entries.append(entry)
            at += entry.size
            continue
        begin, at = at, _next_whole(data, at + 1)
        torn.append(Torn(begin, data[begin:at]))
    return entries, torn


def payload_of(data: bytes) -> bytes | None:
    """Give what the one entry in `data` holds; None where it is not whole."""
    entry = _entry_at(data, 0)
    return data[_ENTRY.size :] if entry and entry.size == len(data) else None


def span_bytes(first: int, last: int) -> bytes:
    """Write that the numbers `first` to `last` were confirmed."""
    fields = _SPAN.pack(first, last)
    return fields + _CHECK.pack(zlib.crc32(fields))


def read_spans(data: bytes) -> set[int]:
    """Read confirmed numbers; a damaged span confirms nothing."""
    confirmed: set[int] = set()
    size = _SPAN.size + _CHECK.size
    for at in range(0, len(data) - size + 1, size):
        first, last = _SPAN.unpack_from(data, at)
        if last - first > MOST_BYTES:
            continue
        if data[at : at + size] == span_bytes(first, last):
            confirmed.update(range(first, last + 1))
    return confirmed


def spans(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Fold ascending numbers, at least one, into (first, last) without gaps."""
    begin = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield begin, previous
            begin = number
        previous = number
    yield begin, previous


def _next_whole(data: bytes, at: int) -> int:
    while (found := data.find(_MARK, at)) >= 0:
        if _entry_at(data, found) is not None:
            return found
        at = found + 1
    return len(data)


def _entry_at(data: bytes, at: int) -> Entry | None:
    if at + _ENTRY.size > len(data):
        return None
    mark, length, seq, crc = _ENTRY.unpack_from(data, at)
    begin = at + _ENTRY.size
    if mark != _MARK or length > MOST_BYTES or begin + length > len(data):
        return None
    if crc != _crc(seq, data[begin : begin + length]):
        return None
    return Entry(seq, at, _ENTRY.size + length)


def _crc(seq: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_CHECKED.pack(len(payload), seq)))
