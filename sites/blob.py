"""Blobs on the wire: a snapshot or a clip goes in parts, each signed and sealed alone.

Inside the seal of a part stand a header of 56 bytes, up to PART_BYTES of the blob, and
an Ed25519 signature by the device over both. A receipt names a part as it names a
frame: by the digest of the sealed bytes. The blob itself is named by its SHA-256, the
same that a record's field `picture` holds.
"""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from nacl.public import PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey

from sites.errors import BlobError, FrameError
from sites.keys import device_bytes, device_text
from sites.seal import (
    SEAL_BYTES,
    SIGNATURE_BYTES,
    check_signature,
    open_seal,
    sign_and_seal,
)

VERSION = 1
PART_BYTES = 65_536
MOST_PARTS = 1_024

_MAGIC = b"WB"
_HEADER = struct.Struct(">2sBx10s32sHH6x")
MAX_BYTES = _HEADER.size + PART_BYTES + SIGNATURE_BYTES + SEAL_BYTES


@dataclass(frozen=True)
class Part:
    """Piece `index` (from 0) of `count` of the blob whose SHA-256 is `whole`."""

    device: str
    whole: str
    index: int
    count: int
    data: bytes


@dataclass(frozen=True)
class OpenedPart:
    """What stood inside the seal, its signature not yet checked."""

    part: Part
    signed: bytes
    signature: bytes


def name_blob(data: bytes) -> str:
    """Name a blob: SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def cut_blob(data: bytes, device: str) -> list[Part]:
    """Cut a blob into parts; raises BlobError where it is empty or has too many."""
    count = -(-len(data) // PART_BYTES)
    if not 0 < count <= MOST_PARTS:
        raise BlobError(f"{len(data)} bytes; 1 to {MOST_PARTS * PART_BYTES} may be")
    whole = name_blob(data)
    return [
        Part(device, whole, index, count, data[at : at + PART_BYTES])
        for index, at in enumerate(range(0, len(data), PART_BYTES))
    ]


def join_blob(parts: Iterable[Part]) -> bytes:
    """Put a blob together from its parts in any order, a part twice is no harm.

    Raises BlobError where one is missing, or the whole is not what it is named.
    """
    by_index = {part.index: part for part in parts}
    if not by_index:
        raise BlobError("there is no part at all")
    any_part = next(iter(by_index.values()))
    missing = [index for index in range(any_part.count) if index not in by_index]
    if missing:
        raise BlobError(f"part {missing[0]} of {any_part.count} is missing")
    data = b"".join(by_index[index].data for index in range(any_part.count))
    if name_blob(data) != any_part.whole:
        raise BlobError("the whole is not what its parts name")
    return data


def seal_part(part: Part, key: SigningKey, collector: PublicKey) -> bytes:
    """Sign and seal one part."""
    signed = (
        _HEADER.pack(
            _MAGIC,
            VERSION,
            device_bytes(part.device),
            bytes.fromhex(part.whole),
            part.index,
            part.count,
        )
        + part.data
    )
    return sign_and_seal(signed, key, collector)


def unseal_part(sealed: bytes, key: PrivateKey) -> OpenedPart:
    """Open a part and read its header; raises FrameError with its reason."""
    signed, signature = open_seal(sealed, key, MAX_BYTES)
    if len(signed) <= _HEADER.size or not signed.startswith(_MAGIC):
        raise FrameError("unreadable", "there is no part of a blob inside the seal")
    _, version, device, whole, index, count = _HEADER.unpack_from(signed)
    if version != VERSION:
        raise FrameError("future_version", f"version {version}, {VERSION} is known")
    if index >= count or count > MOST_PARTS:
        raise FrameError("unreadable", f"part {index} of {count} cannot be")
    data = signed[_HEADER.size :]
    if index < count - 1 and len(data) != PART_BYTES:
        raise FrameError("unreadable", "a part before the last is not full")
    part = Part(device_text(device), whole.hex(), index, count, data)
    return OpenedPart(part, signed, signature)


def verify_part(opened: OpenedPart, key: VerifyKey) -> Part:
    """Check the device's signature; raises FrameError."""
    check_signature(opened.signed, opened.signature, key)
    return opened.part
