"""What a device says of a clip and signs. Pure."""

from datetime import datetime

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from edge.clip.quota import Kept, Reason

_PREFIX = b"wachtpost clip 1\n"  # so that it is no other thing this key has signed


class Statement(msgspec.Struct, frozen=True):
    """Which film it is: `camera` of `device` saw this from `begins` on.

    `at` is what it was kept for, `before` seconds after it begins; `clip` is the
    SHA-256 of the file, hexadecimal, and `size` its bytes.
    """

    clip: str
    device: str
    camera: int
    begins: datetime
    at: datetime
    seconds: float
    before: float
    size: int


class Sidecar(msgspec.Struct, frozen=True):
    """What lies beside a clip as `<clip>.json`.

    `reason`, `held` and `sent` are the device's own notes and not signed: why it was
    kept, whether a person holds it as evidence, and whether the collector has it.
    """

    statement: Statement
    key: str
    signature: str
    reason: Reason
    held: bool = False
    sent: bool = False

    @property
    def kept(self) -> Kept:
        """The class that its quota knows it by."""
        return "hold" if self.held else self.reason


_statements = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Sidecar)


def sign(statement: Statement, key: SigningKey, reason: Reason) -> Sidecar:
    """Sign a statement with the device's key."""
    signature = key.sign(_signed(statement)).signature
    return Sidecar(statement, key.verify_key.encode().hex(), signature.hex(), reason)


def is_signed(sidecar: Sidecar, key: VerifyKey) -> bool:
    """Say whether the holder of `key` signed this statement."""
    try:
        key.verify(_signed(sidecar.statement), bytes.fromhex(sidecar.signature))
    except (BadSignatureError, ValueError):
        return False
    return True


def pack(sidecar: Sidecar) -> bytes:
    """Write a sidecar as JSON, for a file."""
    return msgspec.json.format(_statements.encode(sidecar), indent=1) + b"\n"


def read(data: bytes) -> Sidecar | None:
    """Read a sidecar; None where it is none."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _signed(statement: Statement) -> bytes:
    return _PREFIX + _statements.encode(statement)
