"""A blob is what its first bytes say, and no larger than its sort may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.content import HEAD_BYTES, MOST_BYTES, is_taken, sort_of

BRANDS = ("isom", "iso5", "iso6", "mp41", "mp42", "avc1", "cmfc")


def film(brand: str = "isom", size: int = 28) -> bytes:
    return size.to_bytes(4, "big") + b"ftyp" + brand.encode() + bytes(HEAD_BYTES)


@pytest.mark.parametrize("brand", BRANDS)
def test_a_film_is_told_by_its_brand(brand: str):
    assert sort_of(film(brand)) == "mp4"


@pytest.mark.parametrize("brand", ["heic", "avif", "qt  ", "M4A ", "jpeg"])
def test_what_is_only_built_like_a_film_is_none(brand: str):
    assert sort_of(film(brand)) is None


def test_a_picture_is_told_by_its_marker():
    assert sort_of(b"\xff\xd8\xff\xe0" + bytes(60)) == "jpeg"
    assert sort_of(b"\xff\xd8") is None


@pytest.mark.parametrize("size", [0, 1, 15, 257, 2**32 - 1])
def test_a_box_of_brands_that_cannot_be_is_none(size: int):
    assert sort_of(film(size=size)) is None


@pytest.mark.parametrize(
    "head",
    [b"", b"<svg", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"RIFF0000WEBP"],
)
def test_anything_else_is_none(head: bytes):
    assert sort_of(head) is None
    assert not is_taken(head, 100)


@given(st.binary(max_size=HEAD_BYTES))
def test_no_beginning_breaks_it(head: bytes):
    assert sort_of(head) in {None, "jpeg", "mp4"}


def test_each_sort_has_its_largest():
    for head, sort in ((film(), "mp4"), (b"\xff\xd8\xff", "jpeg")):
        assert sort_of(head) == sort
        assert is_taken(head, MOST_BYTES[sort])
        assert not is_taken(head, MOST_BYTES[sort] + 1)
    assert MOST_BYTES["mp4"] == 64 * 2**20
