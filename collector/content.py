"""What a blob is, told by its own first bytes: never by what it is called."""

from collections.abc import Mapping
from typing import Literal

Sort = Literal["jpeg", "mp4"]

HEAD_BYTES = 64  # more than any of the beginnings below
MOST_BYTES: Mapping[Sort, int] = {"jpeg": 8 * 2**20, "mp4": 64 * 2**20}

_JPEG = b"\xff\xd8\xff"
# ISO/IEC 14496-12: a file begins with its brands, in a box that says its own size.
_BRANDS_BOX = b"ftyp"
_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"cmfc"}
)
_BOX_LEAST, _BOX_MOST = 16, 256


def sort_of(head: bytes) -> Sort | None:
    """Tell from its first HEAD_BYTES what a blob is; None where we do not take it."""
    if head.startswith(_JPEG):
        return "jpeg"
    size = int.from_bytes(head[:4], "big")
    branded = head[4:8] == _BRANDS_BOX and head[8:12] in _BRANDS
    return "mp4" if branded and _BOX_LEAST <= size <= _BOX_MOST else None


def is_taken(head: bytes, size: int) -> bool:
    """Tell whether a blob with this beginning and so many bytes is kept at all."""
    sort = sort_of(head)
    return sort is not None and size <= MOST_BYTES[sort]
