"""Parts of a blob: sealed, signed, joined only when whole."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox
from nacl.signing import SigningKey

from sites.blob import (
    MAX_BYTES,
    MOST_PARTS,
    PART_BYTES,
    Part,
    cut_blob,
    join_blob,
    name_blob,
    seal_part,
    unseal_part,
    verify_part,
)
from sites.errors import BlobError, FrameError
from sites.frame import digest

DEVICE = "abcdefghij234567"
KEY = SigningKey(bytes(range(32)))
COLLECTOR = PrivateKey(bytes(range(1, 33)))


def refusal(sealed: bytes) -> str:
    with pytest.raises(FrameError) as refused:
        unseal_part(sealed, COLLECTOR)
    return refused.value.refusal


def resealed(plain: bytes) -> bytes:
    return bytes(SealedBox(COLLECTOR.public_key).encrypt(plain))


def opened(part: Part) -> bytes:
    return bytes(
        SealedBox(COLLECTOR).decrypt(seal_part(part, KEY, COLLECTOR.public_key))
    )


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 5 * PART_BYTES), seed=st.integers(0, 99))
def test_a_blob_comes_out_as_it_went_in_whatever_the_order(size: int, seed: int):
    data = random.Random(seed).randbytes(size)  # noqa: S311  # not for secrets
    sealed = [seal_part(p, KEY, COLLECTOR.public_key) for p in cut_blob(data, DEVICE)]
    random.Random(seed).shuffle(sealed)  # noqa: S311  # not for secrets
    parts = [
        verify_part(unseal_part(one, COLLECTOR), KEY.verify_key)
        for one in [*sealed, sealed[0]]
    ]
    assert join_blob(parts) == data
    assert {part.whole for part in parts} == {name_blob(data)}
    assert {part.device for part in parts} == {DEVICE}
    assert all(len(one) <= MAX_BYTES for one in sealed)


@pytest.mark.parametrize(
    ("size", "count"),
    [(1, 1), (PART_BYTES, 1), (PART_BYTES + 1, 2), (3 * PART_BYTES, 3)],
)
def test_parts_are_full_but_for_the_last(size: int, count: int):
    parts = cut_blob(bytes(size), DEVICE)
    assert len(parts) == count
    assert all(len(part.data) == PART_BYTES for part in parts[:-1])
    assert {part.count for part in parts} == {count}


@pytest.mark.parametrize("size", [0, MOST_PARTS * PART_BYTES + 1])
def test_a_blob_that_is_empty_or_too_large_is_refused(size: int):
    with pytest.raises(BlobError):
        cut_blob(bytes(size), DEVICE)


def test_a_blob_with_a_hole_is_not_joined():
    parts = cut_blob(bytes(3 * PART_BYTES), DEVICE)
    with pytest.raises(BlobError, match="part 1 of 3 is missing"):
        join_blob([parts[0], parts[2]])
    with pytest.raises(BlobError, match="no part at all"):
        join_blob([])


def test_a_blob_that_is_not_what_it_is_named_is_not_joined():
    parts = cut_blob(bytes(2 * PART_BYTES), DEVICE)
    other = cut_blob(b"x" * 2 * PART_BYTES, DEVICE)
    with pytest.raises(BlobError, match="not what its parts name"):
        join_blob([parts[0], other[1]])


def test_a_part_signed_by_another_device_is_refused():
    (part,) = cut_blob(b"picture", DEVICE)
    sealed = seal_part(part, SigningKey.generate(), COLLECTOR.public_key)
    with pytest.raises(FrameError) as refused:
        verify_part(unseal_part(sealed, COLLECTOR), KEY.verify_key)
    assert refused.value.refusal == "bad_signature"


def test_a_changed_part_is_refused_at_every_byte():
    plain = opened(cut_blob(b"picture", DEVICE)[0])
    for place in range(len(plain)):
        changed = bytearray(plain)
        changed[place] ^= 1
        with pytest.raises(FrameError):
            verify_part(
                unseal_part(resealed(bytes(changed)), COLLECTOR), KEY.verify_key
            )


def test_each_defect_has_its_reason():
    plain = opened(cut_blob(b"picture", DEVICE)[0])
    assert refusal(bytes(MAX_BYTES + 1)) == "too_large"
    assert refusal(b"rubbish") == "unreadable"
    assert refusal(resealed(b"XX" + plain[2:])) == "unreadable"
    assert refusal(resealed(plain[:60])) == "unreadable"
    assert refusal(resealed(b"WB\x02" + plain[3:])) == "future_version"
    beyond = Part(DEVICE, "00" * 32, 1, 1, b"x")
    assert refusal(resealed(opened(beyond))) == "unreadable"
    short = Part(DEVICE, "00" * 32, 0, 2, b"x")
    assert refusal(resealed(opened(short))) == "unreadable"
    many = Part(DEVICE, "00" * 32, 0, MOST_PARTS + 1, b"x")
    assert refusal(resealed(opened(many))) == "unreadable"


def test_two_seals_of_one_part_have_different_names():
    (part,) = cut_blob(b"picture", DEVICE)
    one, other = (seal_part(part, KEY, COLLECTOR.public_key) for _ in range(2))
    assert digest(one) != digest(other)
