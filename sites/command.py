"""A command to a device from afar, signed by a key that lies offline.

Neither broker nor collector can make one: the key is on neither. What they can do is
keep one back, or bring it again; against that stand its end and its number. There is no
order to disarm: no server, whoever holds it, ends the watch over a place.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple, cast

import msgspec
from msgspec.structs import replace
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from sites.errors import CommandError
from sites.event import ArmingMode
from sites.health import OrderWord
from sites.record import Digest
from sites.record import Number as Place

# Beside it nothing that this key or another of ours signs begins so.
TITLE = b"wachtpost-command 1\n"
LONGEST = timedelta(days=7)  # however long its maker let it live

DeviceId = Annotated[str, msgspec.Meta(pattern=r"^[a-z2-7]{16}\Z")]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Order(
    msgspec.Struct, frozen=True, tag_field="order", forbid_unknown_fields=True
):
    """What is ordered. Everything may be done twice and comes to the same."""


class AcceptView(_Order, frozen=True, tag="accept_view"):
    """A camera was aimed elsewhere on purpose: it learns its scene anew."""

    camera: Place


class HoldClip(_Order, frozen=True, tag="hold_clip"):
    """Keep a clip as evidence."""

    clip: Digest


class ReleaseClip(_Order, frozen=True, tag="release_clip"):
    """Hold a clip no longer."""

    clip: Digest


class Arm(_Order, frozen=True, tag="arm"):
    """Arm, after the exit delay."""

    mode: ArmingMode


class Restart(_Order, frozen=True, tag="restart"):
    """End, so that the supervisor starts the agent anew."""


Order = AcceptView | HoldClip | ReleaseClip | Arm | Restart
# At home the panel, the cameras and what they filmed are the household's.
AT_HOME = (Restart,)


class Command(msgspec.Struct, frozen=True):
    """What one device is ordered, until when.

    `number` grows with every command to the device. `made` and `expires` are times of
    its maker, aware. `order` is None where this version does not know it.
    """

    device: DeviceId
    number: Number
    made: Moment
    expires: Moment
    order: Order | None

    @property
    def end(self) -> datetime:
        """Until when it may be obeyed: LONGEST after it was made at the latest."""
        if self.expires - self.made <= LONGEST:
            return self.expires
        return self.made + LONGEST


class Signed(NamedTuple):
    """A command as it travels: what is said, byte by byte, and the signature of it."""

    said: bytes
    signature: bytes


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    device: DeviceId
    number: Number
    made: Moment
    expires: Moment
    order: msgspec.Raw


_order: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def sign(command: Command, key: SigningKey) -> Signed:
    """Sign a command with the key that lies offline; its times in whole seconds.

    Nothing longer would fit into what goes down.
    """
    made, expires = _second(command.made), _second(command.expires)
    said = msgspec.json.encode(replace(command, made=made, expires=expires))
    return Signed(said, key.sign(TITLE + said).signature)


def read(signed: Signed, key: VerifyKey) -> Command:
    """Read a command; raises CommandError: `forged`, or `unknown_order`.

    Nothing is parsed before the signature has been found good.
    """
    try:
        key.verify(TITLE + signed.said, signed.signature)
    except (CryptoError, ValueError, TypeError):
        raise CommandError("forged") from None
    return parse(signed.said)


def parse(said: bytes) -> Command:
    """Read what a command says, whoever signed it; raises CommandError."""
    try:
        told = msgspec.json.decode(said, type=_Envelope)
    except _UNREADABLE:
        raise CommandError("unknown_order") from None
    return Command(
        told.device, told.number, told.made, told.expires, _known(told.order)
    )


def word_of(order: Order) -> OrderWord:
    """Give the word for an order, such as `accept_view`."""
    return cast(OrderWord, type(order).__struct_config__.tag)


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _known(order: msgspec.Raw) -> Order | None:
    try:
        return _order.decode(order)
    except _UNREADABLE:
        return None
