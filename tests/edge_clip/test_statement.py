"""What a device signed of a clip cannot be changed, nor pass for another's."""

from datetime import timedelta

import pytest
from msgspec.structs import asdict, replace
from nacl.signing import SigningKey

from edge.clip.statement import Sidecar, Statement, is_signed, pack, read, sign
from tests.edge.records import NOON

KEY = SigningKey(bytes(range(32)))
STATEMENT = Statement(
    clip="ab" * 32,
    device="abcdefghij234567",
    camera=6,
    begins=NOON - timedelta(seconds=5.2),
    at=NOON,
    seconds=21.4,
    before=5.2,
    size=123_456,
)


def signed() -> Sidecar:
    return sign(STATEMENT, KEY, "motion")


def test_a_statement_holds_after_a_way_through_a_file():
    again = read(pack(signed()))
    assert again == signed()
    assert is_signed(again, KEY.verify_key)


@pytest.mark.parametrize("name", list(asdict(STATEMENT)))
def test_no_field_can_be_changed(name):
    value = getattr(STATEMENT, name)
    if isinstance(value, str):
        other = value[::-1]
    else:
        other = value + (timedelta(1) if name in {"begins", "at"} else 1)
    forged = replace(signed(), statement=replace(STATEMENT, **{name: other}))
    assert not is_signed(forged, KEY.verify_key)


def test_another_devices_signature_does_not_hold():
    other = SigningKey.generate()
    assert not is_signed(sign(STATEMENT, other, "motion"), KEY.verify_key)
    assert not is_signed(signed(), other.verify_key)


@pytest.mark.parametrize("signature", ["", "zz", "00" * 64, "ab" * 63])
def test_a_signature_that_is_none_is_no_error(signature):
    assert not is_signed(replace(signed(), signature=signature), KEY.verify_key)


def test_the_devices_own_notes_are_not_signed():
    noted = replace(signed(), reason="alarm", held=True, sent=True)
    assert is_signed(noted, KEY.verify_key)
    assert (signed().kept, noted.kept) == ("motion", "hold")


def test_the_key_signs_nothing_that_passes_for_another_thing():
    bare = replace(signed(), signature=KEY.sign(b"wachtpost").signature.hex())
    assert not is_signed(bare, KEY.verify_key)


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\xfe", b"[1]"])
def test_rubbish_is_no_statement(data):
    assert read(data) is None
