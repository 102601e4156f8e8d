"""What goes down to a device: receipts, commands, and longer things in pieces.

An answer is signed by the collector's online key, sealed to the device's own key
(its Ed25519 key as X25519), and always of one size: the broker can neither forge one,
nor read one, nor tell one from another.
"""

import hashlib
import struct
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from nacl.public import PublicKey
from nacl.signing import SigningKey, VerifyKey

from sites.command import Signed
from sites.errors import AnswerError, FrameError, Refusal
from sites.seal import (
    SEAL_BYTES,
    SIGNATURE_BYTES,
    check_signature,
    open_seal,
    sign_and_seal,
)

ANSWER_BYTES = 512

MOST_PIECES = 16
_PIECE_BYTES = 180  # of content: base64 and the rest fit in one answer
_LENGTH = struct.Struct(">H")
_ROOM = ANSWER_BYTES - SEAL_BYTES - SIGNATURE_BYTES


class Receipt(msgspec.Struct, frozen=True, tag="receipt", forbid_unknown_fields=True):
    """The collector has committed, or set aside, all of one frame.

    `frame` is the digest of the sealed frame, `at` the collector's time when it wrote
    this, `reason` why the frame was set aside.
    """

    device: Annotated[str, msgspec.Meta(pattern=r"^[a-z2-7]{16}\Z")]
    frame: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    outcome: Literal["stored", "set_aside"]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    reason: Refusal | None = None


class Piece(msgspec.Struct, frozen=True, tag="piece", forbid_unknown_fields=True):
    """A part of something that is longer than an answer, number `index` of `count`.

    `what` it is, `whole` the digest of all of it, `data` the bytes of this part.
    """

    device: Annotated[str, msgspec.Meta(pattern=r"^[a-z2-7]{16}\Z")]
    what: Literal["certificate"]
    whole: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    index: Annotated[int, msgspec.Meta(ge=0, lt=MOST_PIECES)]
    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_PIECES)]
    data: Annotated[bytes, msgspec.Meta(max_length=_PIECE_BYTES)]


class Delivery(msgspec.Struct, frozen=True, tag="command", forbid_unknown_fields=True):
    """A command, brought once more at the collector's time `at`.

    What it says is believed for its own `signature` alone, by the key that lies
    offline.
    """

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    signature: bytes
    said: msgspec.Raw

    @property
    def command(self) -> Signed:
        """Give what was signed, and the signature."""
        return Signed(bytes(self.said), self.signature)


Answer = Receipt | Piece | Delivery
_decoder: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def pieces_of(device: str, what: Literal["certificate"], content: bytes) -> list[Piece]:
    """Cut something up for a device, so that each part fits in an answer."""
    parts = [
        content[start : start + _PIECE_BYTES]
        for start in range(0, len(content), _PIECE_BYTES)
    ]
    whole, count = digest_of(content), len(parts)
    return [
        Piece(device, what, whole, index, count, part)
        for index, part in enumerate(parts)
    ]


def digest_of(content: bytes) -> str:
    """Name what goes in pieces: BLAKE2b, 128 bits, hexadecimal."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def deliver(command: Signed, at: datetime) -> Delivery:
    """Wrap a signed command up to be sealed."""
    return Delivery(at, command.signature, msgspec.Raw(command.said))


def check_fits(command: Signed) -> None:
    """Check that a command fits in an answer, whenever; raises AnswerError."""
    _body(deliver(command, datetime.max.replace(tzinfo=UTC)))


def seal_answer(
    answer: Answer, key: SigningKey, device: VerifyKey | PublicKey
) -> bytes:
    """Sign an answer and seal it to the device; always ANSWER_BYTES long.

    Raises AnswerError where it does not fit.

    `device` is its key, or what that is as X25519: who answers it often keeps that,
    since turning one into the other takes as long as the rest.
    """
    body = _body(answer)
    signed = (_LENGTH.pack(len(body)) + body).ljust(_ROOM, b"\0")
    if isinstance(device, VerifyKey):
        device = device.to_curve25519_public_key()
    return sign_and_seal(signed, key, device)


def open_answer(sealed: bytes, key: SigningKey, collector: VerifyKey) -> Answer:
    """Open what came down; raises AnswerError where it is not ours or not for us."""
    signed = b""
    try:
        own = key.to_curve25519_private_key()
        signed, signature = open_seal(sealed, own, ANSWER_BYTES)
        check_signature(signed, signature, collector)
    except FrameError:
        why = "not signed by the collector for this device"
        raise AnswerError(why, command=_would_command(signed)) from None
    return _read(signed)


def _body(answer: Answer) -> bytes:
    body = msgspec.json.encode(answer)
    if len(body) > _ROOM - _LENGTH.size:
        raise AnswerError(f"{len(body)} bytes are too many")
    return body


def _read(signed: bytes) -> Answer:
    try:
        (length,) = _LENGTH.unpack_from(signed)
        return _decoder.decode(signed[2 : 2 + length])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerError(str(error)) from None
    except struct.error:
        raise AnswerError("it is cut off") from None


def _would_command(signed: bytes) -> bool:
    """Tell whether somebody tried to command; nothing of it is believed."""
    try:
        return isinstance(_read(signed), Delivery)
    except AnswerError:
        return False
