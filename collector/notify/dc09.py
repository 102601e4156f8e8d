"""Messages of ANSI/SIA DC-09, as an alarm transmitter writes and reads them.

    LF crc length "id" sequence R0 L0 #account [ data ] _time CR

The data names an event and the number of a zone, and never more: none of the extended
fields, since those are a place, a name or an address. Encrypted (`*`), all behind the
bracket is AES-CBC with an initial vector of zeros and without a check of its own, as
the standard has it: so it goes inside TLS only.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from collector.notify.errors import GarbledError

KEY_BYTES = (16, 24, 32)
SEQUENCE_MOST = 9999
NOISE_BYTES = 16
ANSWER_MOST = 0xFFF  # characters between the quotation mark and CR

Word = Literal["ACK", "NAK", "DUH", "RSP"]

_POLYNOMIAL = 0xA001
_BLOCK = 16
_HEAD = 8  # characters of checksum and length
_TIME = "%H:%M:%S,%m-%d-%Y"
_NOISE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"  # 32, so that every byte means one of them
_ANSWER = re.compile(
    rb'"(?P<star>\*?)(?P<word>ACK|NAK|DUH|RSP)"(?P<sequence>[0-9]{4})'
    rb"(?P<line>[^\[#]*)(?:#(?P<account>[0-9A-Fa-f]{3,16}))?\[(?P<rest>.*)",
    re.DOTALL,
)
_AT = re.compile(rb"\]_(?P<at>[0-9:]{8},[0-9-]{10})$")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: two letters of SIA DC-03, and a zone, 0 where none is told."""

    code: str
    zone: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One message of an account; without an event it asks whether somebody is there.

    `sequence` is 1 to 9999, the same at every attempt; 0 of a question.
    """

    account: str
    sequence: int
    event: Event | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. `at` is its own clock, in UTC, where it told it."""

    word: Word
    sequence: int
    account: str | None
    encrypted: bool
    at: datetime | None = field(default=None)


def write(signal: Signal, at: datetime, key: bytes | None, noise: bytes) -> bytes:
    """Write a message whole, with its time in UTC.

    `noise` are NOISE_BYTES random bytes; equal events of equal seconds are then not
    seen to be equal. `key` None: unencrypted.
    """
    name = b"NULL" if signal.event is None else b"SIA-DCS"
    star = b"" if key is None else b"*"
    rest = _data(signal) + b"]" + at.astimezone(UTC).strftime("_" + _TIME).encode()
    if key is not None:
        rest = _encrypt(rest, key, noise)
    head = b'"%s%s"%04dR0L0#%s[' % (
        star,
        name,
        signal.sequence,
        signal.account.encode(),
    )
    return _wrapped(head + rest)


def read(raw: bytes, key: bytes | None) -> Answer:
    """Read an answer, from LF to CR.

    Raises:
        GarbledError: its form, length or checksum is wrong, or our key does not open
            it; nobody can tell then what it says.
    """
    body = _unwrapped(raw)
    found = _ANSWER.fullmatch(body)
    if found is None:
        raise GarbledError("form")
    rest, encrypted = found["rest"], bool(found["star"])
    if encrypted:
        rest = _decrypt(rest, key)
    account = found["account"]
    return Answer(
        _word(found["word"]),
        int(found["sequence"]),
        None if account is None else account.decode().upper(),
        encrypted,
        _time(rest, needed=encrypted),
    )


def accepted(signal: Signal, answer: Answer, key: bytes | None) -> bool:
    """Tell whether an answer accepts this very message, by one who holds our key."""
    return (
        answer.word in ("ACK", "RSP")
        and (answer.sequence, answer.account) == (signal.sequence, signal.account)
        and answer.encrypted == (key is not None)
    )


def checksum(body: bytes) -> int:
    """Compute the CRC-16 of the standard: polynomial 0xA001, from zero."""
    crc = 0
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc


def _data(signal: Signal) -> bytes:
    if signal.event is None:
        return b""
    event = signal.event
    return f"#{signal.account}|Nri0/{event.code}{event.zone:03d}".encode()


def _wrapped(body: bytes) -> bytes:
    return b"\n%04X%04X%s\r" % (checksum(body), len(body), body)


def _unwrapped(raw: bytes) -> bytes:
    if raw[:1] != b"\n" or raw[-1:] != b"\r" or len(raw) > ANSWER_MOST:
        raise GarbledError("frame")
    head, body = raw[1 : 1 + _HEAD], raw[1 + _HEAD : -1]
    if head.upper() != b"%04X%04X" % (checksum(body), len(body)):
        raise GarbledError("checksum or length")
    return body


def _encrypt(rest: bytes, key: bytes, noise: bytes) -> bytes:
    # At least one character: where nothing lacks, the standard pads a whole block.
    pads = _BLOCK - (len(rest) + 1) % _BLOCK
    padding = bytes(_NOISE[byte % len(_NOISE)] for byte in noise[:pads])
    coder = Cipher(AES(key), CBC(bytes(_BLOCK))).encryptor()
    return (
        (coder.update(padding + b"|" + rest) + coder.finalize()).hex().upper().encode()
    )


def _decrypt(rest: bytes, key: bytes | None) -> bytes:
    if key is None:
        raise GarbledError("encrypted, and no key is set")
    try:
        sealed = bytes.fromhex(rest.decode("ascii"))
        coder = Cipher(AES(key), CBC(bytes(_BLOCK))).decryptor()
        return coder.update(sealed) + coder.finalize()
    except ValueError:
        raise GarbledError("cipher") from None


def _time(rest: bytes, *, needed: bool) -> datetime | None:
    """Read the time at the end; by it we also know that the key was the right one."""
    found = _AT.search(rest)
    if found is not None:
        try:
            said = found["at"].decode() + "+0000"
            return datetime.strptime(said, _TIME + "%z").astimezone(UTC)
        except ValueError:
            pass  # digits, but no moment
    if needed:
        raise GarbledError("key")
    return None


def _word(said: bytes) -> Word:
    words: dict[str, Word] = {word: word for word in get_args(Word)}
    return words[said.decode()]
