"""The seal of the wire: signed by the device, then closed for the collector alone.

A libsodium sealed box adds SEAL_BYTES whatever the content; inside it, an Ed25519
signature follows what it signs.
"""

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from sites.errors import FrameError

SIGNATURE_BYTES = 64
SEAL_BYTES = 48


def sign_and_seal(content: bytes, key: SigningKey, receiver: PublicKey) -> bytes:
    """Sign, then seal content and signature."""
    return bytes(SealedBox(receiver).encrypt(content + key.sign(content).signature))


def open_seal(sealed: bytes, key: PrivateKey, most: int) -> tuple[bytes, bytes]:
    """Give what was signed and its signature, not yet checked.

    Raises FrameError for more than `most` bytes, or what is not sealed to this key.
    """
    if len(sealed) > most:
        raise FrameError("too_large", f"{len(sealed)} bytes, {most} at most")
    try:
        plain = SealedBox(key).decrypt(sealed)
    except (CryptoError, ValueError, TypeError):
        raise FrameError("unreadable", "it is not sealed to this collector") from None
    return plain[:-SIGNATURE_BYTES], plain[-SIGNATURE_BYTES:]


def check_signature(signed: bytes, signature: bytes, key: VerifyKey) -> None:
    """Check who signed; raises FrameError where it was not this device."""
    try:
        key.verify(signed, signature)
    except (CryptoError, ValueError):
        raise FrameError("bad_signature", "not signed by this device") from None
