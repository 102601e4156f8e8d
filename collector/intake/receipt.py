"""Receipts: what the collector tells a device about one of its frames, after commit."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from nacl.signing import SigningKey

from collector.intake.ingest import Finding, Gone, Heard, HeardPart, SetAside
from sites.answer import Receipt, seal_answer


class Answer(NamedTuple):
    """Sealed bytes and the topic they go to."""

    topic: str
    payload: bytes


def receipts(
    findings: Sequence[Finding], key: SigningKey, now: datetime
) -> list[Answer]:
    """Write a receipt for each frame whose sender is known, to the path it came by.

    It takes about 0.06 ms of CPU each, so many are written in threads.
    """
    return list(_receipts(findings, key, now))


def _receipts(
    findings: Sequence[Finding], key: SigningKey, now: datetime
) -> Iterator[Answer]:
    for finding in findings:
        receipt = _receipt(finding, now)
        if receipt is None or finding.known is None or finding.path is None:
            continue
        sealed = seal_answer(receipt, key, finding.known.answer_key)
        yield Answer(finding.path.topic("down"), sealed)


def _receipt(finding: Finding, now: datetime) -> Receipt | None:
    match finding:
        case SetAside(refusal="other_lane" | "revoked" | "expired" | "uncertified"):
            # Its device never sends it there: a broker that moves an alarm to where it
            # is refused must not get a receipt for it. And what an honest device wrote
            # while it may not speak comes again when it may.
            return None
        case SetAside(known=known) if known is not None:
            why = finding.refusal
            return Receipt(known.device, finding.digest, "set_aside", now, why)
        case Heard(doubt=doubt) if doubt is not None:
            device = finding.known.device
            why = finding.refusal
            return Receipt(device, finding.digest, "set_aside", now, why)
        case Heard() | HeardPart():
            return Receipt(finding.known.device, finding.digest, "stored", now)
        case Gone() | SetAside():
            return None
