"""The whole part of a film that was cut off anywhere is found."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from edge.clip.box import whole_length


def box(kind: bytes, size: int) -> bytes:
    return struct.pack(">I4s", 8 + size, kind) + b"x" * size


def length(data: bytes) -> int:
    return whole_length(lambda at, count: data[at : at + count], len(data))


HEAD = box(b"ftyp", 20) + box(b"moov", 300)
PAIR = box(b"moof", 50) + box(b"mdat", 500)


@given(cut=st.integers(0, len(HEAD + 3 * PAIR)))
def test_wherever_it_is_cut_whole_pairs_are_left(cut):
    film = (HEAD + 3 * PAIR)[:cut]
    pairs = max(0, (cut - len(HEAD)) // len(PAIR))
    assert length(film) == (len(HEAD) + pairs * len(PAIR) if pairs else 0)


def test_the_index_at_the_end_is_not_needed():
    assert length(HEAD + PAIR + box(b"mfra", 40)) == len(HEAD + PAIR)


def test_large_boxes_are_measured():
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 700) + b"x" * 700
    film = HEAD + box(b"moof", 50) + large
    assert length(film) == len(film)
    assert length(film[:-1]) == 0


@given(st.binary(max_size=200))
def test_rubbish_is_no_film_and_ends(data):
    assert length(data) == 0


def test_a_box_that_claims_no_length_ends_the_search():
    assert length(HEAD + PAIR + bytes(64)) == len(HEAD + PAIR)


def test_pictures_without_a_head_are_no_film():
    assert length(PAIR) == 0
