"""The boxes of an MP4, as far as it takes to find the end of what is whole.

Pure: bytes are an argument. A fragmented MP4 is `ftyp moov (moof mdat)*`; one that was
cut off anywhere plays up to its last whole pair.
"""

import struct
from collections.abc import Callable

Read = Callable[[int, int], bytes]  # (offset, count) -> at most that many bytes

_HEAD = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_HEAD_BYTES = 8
_LARGE_HEAD_BYTES = 16


def whole_length(read: Read, size: int) -> int:
    """Return the bytes up to the end of the last whole fragment; 0 if there is none.

    `size` is the length of the file.
    """
    at, whole, kinds = 0, 0, set[bytes]()
    while (box := _box(read, at)) is not None:
        kind, length = box
        at += length
        if at > size:
            break
        kinds.add(kind)
        if kind == b"mdat" and {b"moov", b"moof"} <= kinds:
            whole = at
    return whole


def _box(read: Read, at: int) -> tuple[bytes, int] | None:
    """Return a box's kind and length; None where no box can stand."""
    head = read(at, _LARGE_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        return None
    length, kind = _HEAD.unpack_from(head)
    if length == 1 and len(head) == _LARGE_HEAD_BYTES:
        (length,) = _LARGE.unpack_from(head, _HEAD_BYTES)
    return (kind, length) if length >= _HEAD_BYTES else None
