"""What is sealed is opened by one key, and believed from one signer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from sites.errors import FrameError, Refusal
from sites.seal import (
    SEAL_BYTES,
    SIGNATURE_BYTES,
    check_signature,
    open_seal,
    sign_and_seal,
)

SIGNER, STRANGER = SigningKey(bytes(32)), SigningKey(bytes(range(32)))
RECEIVER, OTHER = PrivateKey(bytes(range(1, 33))), PrivateKey(bytes(range(2, 34)))


def refusal(sealed: bytes, key: PrivateKey, most: int = 1000) -> Refusal:
    with pytest.raises(FrameError) as refused:
        open_seal(sealed, key, most)
    return refused.value.refusal


@given(st.binary(max_size=500))
def test_the_receiver_gets_what_was_signed(content: bytes):
    sealed = sign_and_seal(content, SIGNER, RECEIVER.public_key)
    assert len(sealed) == len(content) + SIGNATURE_BYTES + SEAL_BYTES
    signed, signature = open_seal(sealed, RECEIVER, len(sealed))
    assert signed == content
    check_signature(signed, signature, SIGNER.verify_key)


def test_nobody_else_opens_it_and_a_changed_byte_spoils_it():
    sealed = sign_and_seal(b"content", SIGNER, RECEIVER.public_key)
    assert refusal(sealed, OTHER) == "unreadable"
    assert refusal(sealed[:-1] + bytes([sealed[-1] ^ 1]), RECEIVER) == "unreadable"
    assert refusal(b"", RECEIVER) == "unreadable"


def test_what_is_too_large_is_not_even_tried():
    sealed = sign_and_seal(b"content", SIGNER, RECEIVER.public_key)
    assert refusal(sealed, RECEIVER, len(sealed) - 1) == "too_large"


def test_another_signer_is_not_believed():
    sealed = sign_and_seal(b"content", STRANGER, RECEIVER.public_key)
    signed, signature = open_seal(sealed, RECEIVER, 1000)
    with pytest.raises(FrameError, match="not signed by this device"):
        check_signature(signed, signature, SIGNER.verify_key)
    with pytest.raises(FrameError, match="not signed by this device"):
        check_signature(signed, b"short", SIGNER.verify_key)
