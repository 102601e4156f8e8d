"""The frame: records of one lane, signed by the device, sealed to the collector.

Inside the seal stand a header of 34 bytes, the body (a JSON list of records), zeros
up to a fixed size where one is asked for, and an Ed25519 signature over all of it.
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from nacl.public import PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey

from sites.errors import FrameError, FrameTooSmallError
from sites.event import AnyRecord
from sites.keys import device_bytes, device_text
from sites.record import Lane, Record
from sites.seal import (
    SEAL_BYTES,
    SIGNATURE_BYTES,
    check_signature,
    open_seal,
    sign_and_seal,
)

VERSION = 1
MAX_BYTES = 262_144
HOME_BYTES = 512
# So many plain frames of a device wait for their receipts at most, whatever happens: by
# that a collector tells one box from two.
MOST_UNDER_WAY = 8

_MAGIC = b"WP"
_HEADER = struct.Struct(">2sBB10s8sQI")
_LANES: tuple[Lane, Lane] = ("al", "up")
OVERHEAD = _HEADER.size + SIGNATURE_BYTES + SEAL_BYTES

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_KIND = re.compile(r"[a-z_]{1,20}(\.[a-z_]{1,20})?")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_encoder = msgspec.json.Encoder()
_all = msgspec.json.Decoder(tuple[AnyRecord, ...])
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])
_one = msgspec.json.Decoder(AnyRecord)
_any = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True)
class Header:
    """Who sent a frame, from which start of its agent, and when (aware, UTC).

    A clock before 1970 is sent as 1970.
    """

    device: str
    run: str
    lane: Lane
    sent_at: datetime


@dataclass(frozen=True)
class UnknownRecord:
    """A record that this version cannot read, kept as it came.

    `seq`, `at` and `kind` are read where they are there (0, None and "" where not), so
    that it can be stored beside the others; `data` is the whole of it.
    """

    seq: int
    at: datetime | None
    kind: str
    data: bytes


@dataclass(frozen=True)
class Frame:
    """A frame that was opened and whose signature was checked."""

    header: Header
    records: tuple[Record, ...]
    unknown: tuple[UnknownRecord, ...]


@dataclass(frozen=True)
class OpenedFrame:
    """What stood inside the seal, its signature not yet checked."""

    header: Header
    body: bytes
    signed: bytes
    signature: bytes


def digest(sealed: bytes) -> str:
    """Name a sealed frame: BLAKE2b, 256 bits, hexadecimal."""
    return hashlib.blake2b(sealed, digest_size=32).hexdigest()


def encode_record(record: Record) -> bytes:
    """Write one record as JSON, as it stands in a frame's body and in the outbox."""
    return _encoder.encode(record)


def kind_prefix(kind: type[Record]) -> bytes:
    """Give how every encoded record of a kind begins, and no other."""
    return b'{"kind":"%s"' % str(kind.__struct_config__.tag).encode()


def decode_record(data: bytes) -> Record:
    """Read one record; raises msgspec.ValidationError or msgspec.DecodeError."""
    record: Record = _one.decode(data)
    return record


def size_of(records: list[bytes]) -> int:
    """Give the bytes that a frame of these encoded records has on the wire."""
    return OVERHEAD + 2 + sum(map(len, records)) + max(0, len(records) - 1)


def seal(
    header: Header,
    records: list[bytes],
    key: SigningKey,
    collector: PublicKey,
    *,
    size: int | None = None,
) -> bytes:
    """Sign and seal encoded records of one lane.

    `size` pads the frame to exactly that many bytes on the wire. Raises
    FrameTooSmallError where the records need more than `size`, or than MAX_BYTES.
    """
    needed = size_of(records)
    limit = MAX_BYTES if size is None else size
    if needed > limit:
        raise FrameTooSmallError(needed, limit)
    body = b"[" + b",".join(records) + b"]"
    padding = b"" if size is None else bytes(size - needed)
    signed = (
        _HEADER.pack(
            _MAGIC,
            VERSION,
            _LANES.index(header.lane),
            device_bytes(header.device),
            bytes.fromhex(header.run),
            max(0, (header.sent_at - _EPOCH) // _MICROSECOND),
            len(body),
        )
        + body
        + padding
    )
    return sign_and_seal(signed, key, collector)


def unseal(sealed: bytes, key: PrivateKey) -> OpenedFrame:
    """Open a frame and read its header; raises FrameError with its reason."""
    signed, signature = open_seal(sealed, key, MAX_BYTES)
    if len(signed) < _HEADER.size or not signed.startswith(_MAGIC):
        raise FrameError("unreadable", "there is no frame inside the seal")
    _, version, lane, device, run, sent, length = _HEADER.unpack_from(signed)
    if version != VERSION:
        raise FrameError("future_version", f"version {version}, {VERSION} is known")
    if lane >= len(_LANES) or _HEADER.size + length > len(signed):
        raise FrameError("unreadable", "the header does not fit what follows")
    return OpenedFrame(
        header=Header(device_text(device), run.hex(), _LANES[lane], _time(sent)),
        body=signed[_HEADER.size : _HEADER.size + length],
        signed=signed,
        signature=signature,
    )


def verify(opened: OpenedFrame, key: VerifyKey) -> Frame:
    """Check the signature, then read the records; raises FrameError."""
    check_signature(opened.signed, opened.signature, key)
    try:
        known: tuple[Record, ...] = _all.decode(opened.body)
    except _UNREADABLE:
        return _sorted(opened)
    return Frame(opened.header, tuple(map(_in_utc, known)), ())


def _sorted(opened: OpenedFrame) -> Frame:
    """Read one record after the other, as there are some that cannot be read."""
    try:
        parts = _raw_list.decode(opened.body)
    except _UNREADABLE:
        raise FrameError("bad_body", "the body is not a list of records") from None
    records: list[Record] = []
    unknown: list[UnknownRecord] = []
    for part in parts:
        try:
            record: Record = _one.decode(part)
        except _UNREADABLE:
            unknown.append(_unknown(bytes(part)))
        else:
            records.append(_in_utc(record))
    return Frame(opened.header, tuple(records), tuple(unknown))


def _in_utc(record: Record) -> Record:
    if record.at.tzinfo is UTC:
        return record
    return msgspec.structs.replace(record, at=_utc(record.at))


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:  # in the first or the last hours that a datetime can hold
        return _LAST if at.year > 1 else _FIRST


def _time(microseconds: int) -> datetime:
    try:
        return _EPOCH + microseconds * _MICROSECOND
    except OverflowError:
        raise FrameError("unreadable", "the time of sending is no time") from None


def _unknown(data: bytes) -> UnknownRecord:
    try:
        fields = _any.decode(data)
    except _UNREADABLE:
        return UnknownRecord(0, None, "", data)
    seq, kind = fields.get("seq"), fields.get("kind")
    try:
        at = msgspec.convert(fields.get("at"), datetime)
    except msgspec.ValidationError:
        at = None
    return UnknownRecord(
        seq if isinstance(seq, int) and 0 < seq < 2**53 else 0,
        _utc(at) if at is not None and at.tzinfo else None,
        kind if isinstance(kind, str) and _KIND.fullmatch(kind) else "",
        data,
    )
