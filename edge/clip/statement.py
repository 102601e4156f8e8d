"""What a device says of a clip and signs. Pure."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from edge.clip.quota import Kept, Reason
from sites.record import Count, Digest, Seconds

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
LARGEST = 16 * 1024  # bytes; one of ours has less than one KiB
_PREFIX = b"wachtpost clip 1\n"  # so that it is no other thing this key has signed


class Statement(msgspec.Struct, frozen=True):
    """Which film it is: `camera` of `device` saw this from `begins` on.

    `at` is what it was kept for, `before` seconds after it begins; `clip` is the
    SHA-256 of the file, hexadecimal, and `size` its bytes.
    """

    clip: Digest
    device: str
    camera: Count
    begins: Moment
    at: Moment
    seconds: Seconds
    before: Seconds
    size: Count

    def __post_init__(self) -> None:
        try:
            _ = self.ends
        except OverflowError:
            raise ValueError("it ends after the last year") from None

    @property
    def ends(self) -> datetime:
        """When the film ends."""
        return self.begins + timedelta(seconds=self.seconds)


class Sidecar(msgspec.Struct, frozen=True):
    """What lies beside a clip as `<clip>.json`.

    The rest is the device's own notes and not signed: why it was kept, whether a person
    holds it as evidence, whether the collector has it, and since when it ages.
    """

    statement: Statement
    key: str
    signature: str
    reason: Reason
    held: bool = False
    sent: bool = False
    since: Moment | None = None

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
    if len(data) > LARGEST:
        return None
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _signed(statement: Statement) -> bytes:
    return _PREFIX + _statements.encode(statement)
