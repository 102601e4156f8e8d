from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import SealedBox
from nacl.signing import SigningKey

from sites.answer import ANSWER_BYTES, Receipt, open_answer, seal_answer
from sites.errors import AnswerError, Refusal
from tests.sites.records import words_of

COLLECTOR = SigningKey(bytes([1]) * 32)
DEVICE = SigningKey(bytes([2]) * 32)
OTHER = SigningKey(bytes([3]) * 32)
FRAME = "ab" * 32
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
STORED = Receipt("abcdefghijklmnop", FRAME, "stored", NOW)
RECEIPTS = st.builds(
    Receipt,
    device=st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16),
    frame=st.text("0123456789abcdef", min_size=64, max_size=64),
    outcome=st.sampled_from(["stored", "set_aside"]),
    at=st.datetimes(timezones=st.just(UTC)),
    reason=st.sampled_from([None, *words_of(Refusal)]),
)


def sealed(answer: Receipt = STORED) -> bytes:
    return seal_answer(answer, COLLECTOR, DEVICE.verify_key)


@given(RECEIPTS)
def test_a_receipt_is_read_as_it_was_sealed_and_always_of_one_size(receipt):
    data = sealed(receipt)
    assert len(data) == ANSWER_BYTES
    assert open_answer(data, DEVICE, COLLECTOR.verify_key) == receipt


def test_a_receipt_is_sealed_as_well_to_the_key_that_was_turned_before():
    turned = DEVICE.verify_key.to_curve25519_public_key()
    assert open_answer(
        seal_answer(STORED, COLLECTOR, turned), DEVICE, COLLECTOR.verify_key
    ) == open_answer(sealed(), DEVICE, COLLECTOR.verify_key)


@given(st.data())
def test_a_changed_receipt_is_ignored(data):
    whole = bytearray(sealed())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(AnswerError):
        open_answer(bytes(whole), DEVICE, COLLECTOR.verify_key)


@given(st.binary(max_size=600))
def test_rubbish_is_ignored(rubbish):
    with pytest.raises(AnswerError):
        open_answer(rubbish, DEVICE, COLLECTOR.verify_key)


def test_a_receipt_that_somebody_else_signed_is_ignored():
    forged = seal_answer(STORED, OTHER, DEVICE.verify_key)
    with pytest.raises(AnswerError) as caught:
        open_answer(forged, DEVICE, COLLECTOR.verify_key)
    assert str(caught.value) == (
        "answer ignored: not signed by the collector for this device"
    )


def test_a_receipt_for_another_device_cannot_be_opened():
    with pytest.raises(AnswerError):
        open_answer(sealed(), OTHER, COLLECTOR.verify_key)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"type":"receipt"}',
        b'{"type":"order","device":"a"}',
        b'{"type":"receipt","device":"abcdefghijklmnop","frame":"","outcome":"stored"}',
        b"[" * 400,
        b"\xff",
    ],
)
def test_a_well_signed_answer_of_another_form_is_ignored(body):
    signed = (len(body).to_bytes(2, "big") + body).ljust(400, b"\0")
    box = SealedBox(DEVICE.verify_key.to_curve25519_public_key())
    data = bytes(box.encrypt(signed + COLLECTOR.sign(signed).signature))
    with pytest.raises(AnswerError):
        open_answer(data, DEVICE, COLLECTOR.verify_key)


def test_a_receipt_says_nothing_but_words_and_digits():
    fields = msgspec.json.decode(msgspec.json.encode(STORED))
    assert set(fields) == {"type", "device", "frame", "outcome", "at", "reason"}
