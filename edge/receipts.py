"""Reads what comes down, and believes nothing that the collector did not sign."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from nacl.signing import SigningKey, VerifyKey

from sites.answer import Delivery, Receipt, open_answer
from sites.errors import AnswerError

log = structlog.get_logger()


@dataclass(frozen=True)
class Receipts:
    """Opens receipts for one device; `counts` says what became of all that came.

    `hear_time` is told the collector's time in one that answers a frame under way, and
    how many seconds ago that frame went first: no receipt of it is older. Others may
    have been kept by somebody, and tell no time. `hear_command` is given each command
    that comes, None for one that the collector did not sign.
    """

    device: str
    key: SigningKey
    collector: VerifyKey
    counts: Counter[str] = field(default_factory=Counter)
    hear_time: Callable[[datetime, float], None] = lambda *_: None
    hear_command: Callable[[Delivery | None], None] = lambda _: None

    def open(self, payload: bytes) -> Receipt | None:
        """Read a receipt; None for anything else, forged, broken or not for us."""
        try:
            receipt = open_answer(payload, self.key, self.collector)
        except AnswerError as error:
            self._ignore()
            if error.command:
                self.hear_command(None)
            return None
        if isinstance(receipt, Delivery):
            self.hear_command(receipt)
            return None
        if receipt.device != self.device:
            self._ignore()
            return None
        if receipt.outcome == "set_aside":
            self._warn("receipt.set_aside", reason=receipt.reason)
        else:
            self.counts[receipt.outcome] += 1
        return receipt

    def _ignore(self) -> None:
        self._warn("receipt.ignored")

    def _warn(self, what: str, **more: object) -> None:
        """Log the first, second, fourth, eighth: whoever sends many fills no disk."""
        word = what.partition(".")[2]
        self.counts[word] += 1
        count = self.counts[word]
        if count.bit_count() == 1:
            log.warning(what, count=count, **more)
