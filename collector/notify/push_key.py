"""The key by which push services know us (VAPID, RFC 8292): P-256, in base64url."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_BYTES = 32


def make_push_key() -> str:
    """Make one: 32 bytes in base64url, without its padding."""
    number = generate_private_key(SECP256R1()).private_numbers().private_value
    return _written(number.to_bytes(_BYTES, "big"))


def is_push_key(text: str) -> bool:
    """Tell whether a text is such a key."""
    try:
        _key(text)
    except ValueError:
        return False
    return True


def public_half(text: str) -> str:
    """Give the public half as browsers take it: an uncompressed point in base64url."""
    point = _key(text).public_key()
    return _written(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _key(text: str) -> EllipticCurvePrivateKey:
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != _BYTES:
        raise ValueError(text)
    return derive_private_key(int.from_bytes(raw, "big"), SECP256R1())


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
