"""Keys as text: 64 hexadecimal digits, one key a file."""

import base64
import secrets

from nacl.public import PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey

from sites.errors import KeyTextError

_DIGITS = 64


def new_device_id() -> str:
    """Draw the id of a new device: 80 random bits as 16 letters of base32."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def device_bytes(device: str) -> bytes:
    """Give the 10 bytes behind a device id."""
    return base64.b32decode(device.upper())


def device_text(raw: bytes) -> str:
    """Give the device id of 10 bytes."""
    return base64.b32encode(raw).decode().lower()


def new_run_id() -> str:
    """Draw the id of one start of an agent: 64 random bits, hexadecimal."""
    return secrets.token_hex(8)


def key_text(key: SigningKey | VerifyKey | PrivateKey | PublicKey) -> str:
    """Write a key as 64 hexadecimal digits. A private one belongs in a file alone."""
    return bytes(key).hex()


def signing_key(text: str, what: str = "the signing key") -> SigningKey:
    """Read an Ed25519 private key; raises KeyTextError naming `what`, not the text."""
    return SigningKey(_raw(text, what))


def verify_key(text: str, what: str = "the public key") -> VerifyKey:
    """Read an Ed25519 public key; raises KeyTextError."""
    return VerifyKey(_raw(text, what))


def private_key(text: str, what: str = "the private key") -> PrivateKey:
    """Read the X25519 key that opens sealed frames; raises KeyTextError."""
    return PrivateKey(_raw(text, what))


def public_key(text: str, what: str = "the sealing key") -> PublicKey:
    """Read the X25519 key to which frames are sealed; raises KeyTextError."""
    return PublicKey(_raw(text, what))


def _raw(text: str, what: str) -> bytes:
    text = text.strip()
    if len(text) != _DIGITS:
        raise KeyTextError(what)
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise KeyTextError(what) from None
