"""The key for commands, and a signed command, as files that are carried about.

The key is made and used on a machine that is on no network; what it signed goes to the
collector in a file of four lines: a title, what is said, the signature, and the public
key, by which a broken copy is told from a whole one.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from nacl.signing import SigningKey

from collector.fleet.errors import OrderError, PapersError
from collector.fleet.locked import lock, unlock
from collector.fleet.papers import put, put_secret
from sites.command import LONGEST, TITLE, Command, Order, Signed, read, sign
from sites.errors import CommandError, KeyTextError
from sites.keys import key_text, verify_key

_WORDS = {
    "accept-view": ("accept_view", "camera"),
    "hold": ("hold_clip", "clip"),
    "release": ("release_clip", "clip"),
    "arm": ("arm", "mode"),
    "restart": ("restart", None),
}
ORDERS = "accept-view N, hold CLIP, release CLIP, arm away|night, restart"


def make_key(path: Path, passphrase: bytes) -> SigningKey:
    """Make a key for commands behind a passphrase; raises KeyFileThereError."""
    made = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put_secret(path, lock(made, passphrase))
    return _plain(made)


def read_key(path: Path, passphrase: bytes) -> SigningKey:
    """Open the key for commands; raises PapersError."""
    key = unlock(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise PapersError(path, "it is not a key for commands")
    return _plain(key)


def make(device: str, order: Order, now: datetime, valid: timedelta) -> Command:
    """Make a command to a device, good for so long; raises OrderError.

    Its number is the time, in milliseconds: so no counter is lost with a disk, nor has
    to be shared by two places where the key lies. A device obeys nothing that was made
    in its future, so that a clock which is ahead uses no numbers up.
    """
    if not timedelta() < valid <= LONGEST:
        raise OrderError(f"a command is good for {LONGEST.days} days at most")
    number = int(now.timestamp() * 1000)
    made = Command(device, number, now, now + valid, order)
    try:
        return msgspec.convert(msgspec.to_builtins(made), Command)
    except msgspec.ValidationError:
        raise OrderError(f"{device[:40]!r} is no device") from None


def order_of(words: list[str]) -> Order:
    """Read an order as an administrator types it; raises OrderError."""
    said = " ".join(words)
    name, value = words[0], words[1] if len(words) > 1 else None
    if name not in _WORDS or len(words) > 2:  # noqa: PLR2004  # a word and a value
        raise OrderError(f"{said[:80]!r} is none of: {ORDERS}")
    tag, field = _WORDS[name]
    fields: dict[str, Any] = {"order": tag}
    if field is not None:
        fields[field] = value
    elif value is not None:
        raise OrderError(f"{name!r} stands alone")
    try:
        found: Order = msgspec.convert(fields, Order, strict=False)
    except msgspec.ValidationError as error:
        raise OrderError(f"{said[:80]!r}: {error}") from None
    return found


def write(path: Path, command: Command, key: SigningKey) -> None:
    """Sign a command and write it into a file."""
    signed = sign(command, key)
    lines = (signed.said, signed.signature.hex().encode())
    last = key_text(key.verify_key).encode()
    put(path, TITLE + b"\n".join((*lines, last)) + b"\n")


def load(path: Path) -> tuple[Command, Signed]:
    """Read what `write` wrote; raises PapersError where it is not whole."""
    try:
        whole = path.read_bytes()
        said, signature, key = whole.removeprefix(TITLE).splitlines()
        signed = Signed(said, bytes.fromhex(signature.decode()))
        command = read(signed, verify_key(key.decode()))
    except OSError as error:
        raise PapersError(path, error.strerror or "it cannot be read") from None
    except (ValueError, KeyTextError, CommandError):
        raise PapersError(path, "it is no whole command") from None
    if command.order is None or not whole.startswith(TITLE):
        raise PapersError(path, "it is no command of this version")
    return command, signed


def _plain(key: Ed25519PrivateKey) -> SigningKey:
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return SigningKey(raw)
