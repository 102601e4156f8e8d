"""Reads what comes down, and believes nothing that the collector did not sign.

Receipts go to who sent the frame; what comes in pieces to who asked for it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from nacl.signing import SigningKey, VerifyKey

from sites.answer import Delivery, Piece, Receipt, open_answer
from sites.errors import AnswerError

log = structlog.get_logger()


@dataclass(frozen=True)
class Receipts:
    """Opens receipts for one device; `counts` says what became of all that came.

    `hear_time` is told the collector's time in one that answers a frame under way, and
    how many seconds ago that frame went first: no receipt of it is older. Others may
    have been kept by somebody, and tell no time. `hear_piece` gets what comes in
    pieces, and `hear_command` commands, None for one that the collector did not sign.
    """

    device: str
    key: SigningKey
    collector: VerifyKey
    hear_time: Callable[[datetime, float], None] = lambda *_: None
    hear_piece: Callable[[Piece], None] = lambda _: None
    hear_command: Callable[[Delivery | None], None] = lambda _: None
    counts: Counter[str] = field(default_factory=Counter)

    def open(self, payload: bytes) -> Receipt | None:
        """Read a receipt; None for anything forged, broken or for somebody else.

        None as well for a piece and a command, which are handed on.
        """
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
        if isinstance(receipt, Piece):
            self.counts["piece"] += 1
            self.hear_piece(receipt)
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
