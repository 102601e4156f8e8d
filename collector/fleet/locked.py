"""Private keys in files that open with a passphrase alone.

Whoever steals such a file may try passphrases on machines of his own, as many at once
as he can pay for. PEM's own lock costs him 2,048 rounds of a hash for each; so the
passphrase is stretched before that with Argon2id, which wants memory for each. How it
was stretched stands in the first line: a later version may ask for more.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from nacl.pwhash import argon2id
from nacl.utils import random

from collector.fleet.errors import PapersError

TITLE = "Wachtpost key, argon2id"
ROUNDS = argon2id.OPSLIMIT_MODERATE
MEMORY = argon2id.MEMLIMIT_MODERATE  # bytes: 256 MiB
_MOST_MEMORY, _MOST_ROUNDS = argon2id.MEMLIMIT_SENSITIVE, 16


def lock(key: EllipticCurvePrivateKey | Ed25519PrivateKey, passphrase: bytes) -> bytes:
    """Give what the file of a key holds."""
    salt = random(argon2id.SALTBYTES)
    secret = _stretch(passphrase, ROUNDS, MEMORY, salt)
    title = f"{TITLE} {ROUNDS} {MEMORY} {salt.hex()}\n".encode()
    return title + key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret)
    )


def unlock(path: Path, passphrase: bytes) -> PrivateKeyTypes:
    """Read the file of a key; raises PapersError."""
    try:
        title, _, pem = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise PapersError(path, error.strerror or "it cannot be read") from None
    try:
        rounds, memory, salt = title.decode().removeprefix(TITLE).split()
        secret = _stretch(passphrase, int(rounds), int(memory), bytes.fromhex(salt))
    except ValueError:
        raise PapersError(path, "it is no key behind a passphrase") from None
    try:
        return load_pem_private_key(pem, secret)
    except (ValueError, TypeError):
        # What cryptography says may quote what it read.
        raise PapersError(path, "the passphrase does not open it") from None


def _stretch(passphrase: bytes, rounds: int, memory: int, salt: bytes) -> bytes:
    """Raise ValueError where what was asked for is out of bounds."""
    if rounds > _MOST_ROUNDS or memory > _MOST_MEMORY:
        raise ValueError(rounds, memory)
    return argon2id.kdf(32, passphrase, salt, rounds, memory).hex().encode()
