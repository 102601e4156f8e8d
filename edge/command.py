"""Whether a command from afar is obeyed, and why not: a pure decision.

Of a command that is good in itself there are three things to fear: that somebody brings
it again, that he kept it back, and that we forgot what we did. Against the first stands
its number, against the second its end, by the time that the collector signs; what was
made before the memory was lost is never obeyed.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from nacl.signing import VerifyKey

from sites import command
from sites.answer import Delivery
from sites.command import AT_HOME, Command, Order
from sites.errors import CommandError
from sites.health import CommandTrouble

# So far its maker's clock may be off: it stands offline.
AHEAD = timedelta(minutes=10)
# What was obeyed and is forgotten was made by then: AHEAD of a time that may be as
# much later than the one we know now.
FORGOTTEN = 2 * AHEAD
_MOST_HEARD = 64
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Addressee:
    """Who takes commands: the device, and the key that may give them, if any."""

    device: str
    key: VerifyKey | None
    home: bool


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was obeyed last: its number and digest; `done`: it is known to be over.

    `heard` is when the collector brought it, each time that we heard it. What was made
    up to `since` may have been obeyed and forgotten.
    """

    number: int = 0
    digest: str = ""
    heard: tuple[datetime, ...] = ()
    done: bool = True
    since: datetime = _NEVER


@dataclass(frozen=True)
class Refusal:
    """Why a command is not obeyed; `number` where its signature vouches for it."""

    trouble: CommandTrouble
    number: int | None = None


@dataclass(frozen=True)
class Obey:
    """Do this, after the memory was written down."""

    order: Order
    memory: Memory


@dataclass(frozen=True)
class Again:
    """It was obeyed, and the collector, which did not know yet, brings it once more."""

    memory: Memory


def judge(
    delivery: Delivery,
    addressee: Addressee,
    memory: Memory | None,
    now: datetime | None,
) -> Obey | Again | Refusal:
    """Decide about a command that came; `memory` None: lost, `now` None: not known."""
    told = _vouched(delivery, addressee)
    if isinstance(told, Refusal):
        return told
    if memory is None:
        return Refusal("memory_lost", told.number)
    if told.number <= memory.number:
        return _again(delivery, told, memory)
    trouble = _late(told, memory, now) or _forbidden(told, home=addressee.home)
    if told.order is None or trouble:
        return Refusal(trouble or "unknown_order", told.number)
    heard = (delivery.at,)
    digest = digest_of(delivery)
    done = Memory(told.number, digest, heard, done=False, since=memory.since)
    return Obey(told.order, done)


def begun_anew(now: datetime) -> Memory:
    """Give the memory of a device that lost its own: nothing older is obeyed."""
    return Memory(since=now + FORGOTTEN)


def digest_of(delivery: Delivery) -> str:
    """Name what a command says."""
    return hashlib.blake2b(delivery.command.said, digest_size=32).hexdigest()


def _vouched(delivery: Delivery, addressee: Addressee) -> Command | Refusal:
    """Give what is signed by the key for commands, and for this device."""
    if addressee.key is None:
        return Refusal("no_key")
    try:
        told = command.read(delivery.command, addressee.key)
    except CommandError as error:
        return Refusal(error.trouble)
    return told if told.device == addressee.device else Refusal("another_device")


def _again(delivery: Delivery, told: Command, memory: Memory) -> Again | Refusal:
    """Tell the collector, which wraps it up anew each time, from who plays it back."""
    same = (told.number, digest_of(delivery)) == (memory.number, memory.digest)
    if not same or delivery.at in memory.heard:
        return Refusal("repeated", told.number)
    heard = (*memory.heard, delivery.at)[-_MOST_HEARD:]
    return Again(msgspec.structs.replace(memory, heard=heard))


def _late(told: Command, memory: Memory, now: datetime | None) -> CommandTrouble | None:
    if now is None:
        return "no_time"
    if told.made > now + AHEAD:
        return "too_early"
    if told.made <= memory.since:
        return "memory_lost"
    return "expired" if told.end <= now else None


def _forbidden(told: Command, *, home: bool) -> CommandTrouble | None:
    if told.order is None:
        return "unknown_order"
    if home and not isinstance(told.order, AT_HOME):
        return "not_allowed_here"
    return None
