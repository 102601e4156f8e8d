import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from sites.errors import KeyTextError
from sites.keys import key_text, private_key, public_key, signing_key, verify_key

SIGNING = SigningKey(bytes(range(32)))
PRIVATE = PrivateKey(bytes(range(32)))


def test_keys_are_read_as_they_were_written():
    assert signing_key(key_text(SIGNING)) == SIGNING
    assert verify_key(key_text(SIGNING.verify_key)) == SIGNING.verify_key
    assert private_key(key_text(PRIVATE)) == PRIVATE
    assert public_key(key_text(PRIVATE.public_key)) == PRIVATE.public_key


def test_a_line_break_at_the_end_of_the_file_is_no_fault():
    assert signing_key(f"{key_text(SIGNING)}\n") == SIGNING


@pytest.mark.parametrize("read", [signing_key, verify_key, private_key, public_key])
@pytest.mark.parametrize(
    "text", ["", "secret", "0" * 63, "0" * 65, "g" * 64, "0 " * 32, "é" * 64]
)
def test_anything_else_is_an_error_that_never_quotes_the_key(read, text):
    with pytest.raises(KeyTextError) as caught:
        read(text, "the key")
    assert str(caught.value) == "the key is not 64 hexadecimal digits"


@given(st.text(max_size=80))
def test_any_text_is_a_key_or_a_key_text_error(text):
    with pytest.raises(KeyTextError):
        signing_key(text)
