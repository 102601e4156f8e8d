"""Takes commands from afar, and obeys those that are good as if a person gave them.

1. The number is on the medium.
2. The order goes through the door of a person at the device (`edge.hand`).
3. A record says what became of it.
4. That it is over is on the medium too. A device that dies before says at its next
   start that it does not know how far it came, and does nothing a second time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from msgspec.structs import replace

from edge.command import Addressee, Again, Memory, Obey, Refusal, begun_anew, judge
from edge.errors import NotebookError
from edge.notebook import Notebook
from edge.order import Answer
from edge.tally import Tally
from sites.answer import Delivery
from sites.command import (
    AcceptView,
    Arm,
    HoldClip,
    Order,
    ReleaseClip,
    Restart,
    word_of,
)
from sites.health import CommandObeyed, CommandRefused
from sites.record import Record

log = structlog.get_logger()

_MOST_COUNTED = 64


@dataclass(frozen=True)
class Clocks:
    """The time of a record, that of commands (None: not known), and steady seconds."""

    now: Callable[[], datetime]
    trusted: Callable[[], datetime | None]
    steady: Callable[[], float] = time.monotonic


class Obedience:
    """Judges commands; `obey` does one line as a person at the device would have it.

    `write` writes a record down.
    """

    def __init__(
        self,
        addressee: Addressee,
        notebook: Notebook,
        obey: Callable[[str], Answer],
        write: Callable[[Record], None],
        clocks: Clocks,
    ) -> None:
        self._addressee, self._notebook = addressee, notebook
        self._do, self._write, self._clocks = obey, write, clocks
        self._memory: Memory | None = None
        self._tally: Tally[Refusal] = Tally()

    def begin(self) -> None:
        """Remember what was obeyed, and tell what broke off."""
        if self._addressee.key is None:
            return
        try:
            self._memory = self._notebook.read()
        except NotebookError as error:
            log.warning("command.memory_lost", error=str(error))
            return
        if not self._memory.done:
            self._refuse(Refusal("interrupted", self._memory.number))
            self._end()

    def hear(self, delivery: Delivery | None) -> None:
        """Take a command; None: one that not even the collector signed."""
        if delivery is None:
            self._refuse(Refusal("forged"))
            return
        decision = judge(
            delivery, self._addressee, self._memory, self._clocks.trusted()
        )
        match decision:
            case Refusal():
                self._refuse(decision)
            case Again():
                self._memory = decision.memory
            case Obey():
                self._obey(decision)

    def tick(self) -> None:
        """Tell what was counted; begin anew where the memory is lost."""
        for refusal, count in self._tally.due(self._clocks.steady()):
            self._tell(refusal, count)
        if self._memory is None and self._addressee.key is not None:
            self._begin_anew()

    def close(self) -> None:
        """Tell what was counted and not told yet."""
        for refusal, count in self._tally.rest():
            self._tell(refusal, count)

    def _begin_anew(self) -> None:
        now = self._clocks.trusted()
        if now is None:
            return
        memory = begun_anew(now)
        try:
            self._notebook.write(memory)
        except OSError as error:
            log.debug("command.not_kept", error=error.strerror)
            return
        self._memory = memory

    def _obey(self, decision: Obey) -> None:
        number, order = decision.memory.number, decision.order
        try:
            self._notebook.write(decision.memory)
        except OSError as error:
            log.warning("command.not_kept", error=error.strerror)
            self._refuse(Refusal("not_kept", number))
            return
        self._memory = decision.memory
        answer = self._do(line_of(order))
        if answer.ok:
            word = word_of(order)
            log.info("command.obeyed", number=number, order=word)
            now = self._clocks.now()
            self._write(CommandObeyed(at=now, number=number, order=word))
        else:
            log.warning("command.not_done", number=number, reason=answer.reason)
            self._refuse(Refusal("not_done", number))
        self._end()

    def _end(self) -> None:
        if self._memory is None:
            return
        self._memory = replace(self._memory, done=True)
        try:
            self._notebook.write(self._memory)
        except OSError as error:  # then it is told again that it broke off
            log.warning("command.not_kept", error=error.strerror)

    def _refuse(self, refusal: Refusal) -> None:
        if len(self._tally) >= _MOST_COUNTED and refusal not in self._tally:
            refusal = Refusal(refusal.trouble)
        if self._tally.note(refusal, self._clocks.steady()):
            self._tell(refusal, 1)

    def _tell(self, refusal: Refusal, count: int) -> None:
        trouble, number = refusal.trouble, refusal.number
        log.warning("command.refused", reason=trouble, number=number, count=count)
        now = self._clocks.now()
        self._write(CommandRefused(at=now, reason=trouble, number=number, count=count))


def line_of(order: Order) -> str:
    """Write an order as a person gives it at the device."""
    match order:
        case AcceptView(camera=camera):
            return f"accept-view {camera}"
        case HoldClip(clip=clip):
            return f"hold {clip}"
        case ReleaseClip(clip=clip):
            return f"release {clip}"
        case Arm(mode=mode):
            return f"arm {mode}"
        case Restart():
            return "restart"
