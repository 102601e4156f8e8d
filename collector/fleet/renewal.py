"""Gives paths their new certificates: asked for in a record, answered on the way down.

    certificate.asked -> stored, noted (one a path, the latest) -> commit
    decided -> certified, stored -> commit -> sent down in pieces

Only who is present gets one: a path that was revoked, or never had one, gets none. A
device of which two live gets none for a new key; for the key that it has it does, or
its alarms would be lost. What is lost on the way down is asked for again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import structlog
from nacl.signing import SigningKey

from collector.database import Database, Transaction, jsonb
from collector.fleet import certificate
from collector.fleet.authority import Authority
from collector.fleet.certificate import QUERIES
from collector.fleet.directory import Directory
from collector.intake.ingest import Heard
from collector.intake.row import EventRow
from collector.keep import audit
from collector.query import Row
from sites.answer import pieces_of, seal_answer
from sites.certificate import Chain, read_pem
from sites.errors import CertificateError
from sites.health import CertificateAsked
from sites.topic import Path

log = structlog.get_logger()

ASKED = "renewal"  # the channel on which collectors hear of a request
MOST = 50  # are answered at once
Why = Literal["revoked", "uncertified", "cloned", "bad_key"]
Send = Callable[[str, bytes], bool]


async def note(
    transaction: Transaction, heard: Iterable[Heard], new: Sequence[EventRow]
) -> None:
    """Note what new records ask for, and by which path each came."""
    asked = {
        row.name: row.record for row in new if isinstance(row.record, CertificateAsked)
    }
    if not asked:
        return
    rows = [
        {
            "device": row.device,
            "way": record.way,
            "unit": row.unit,
            "site": row.site,
            "key": record.key,
            "came_by": frame.path.way,
        }
        for frame in heard
        for row in frame.rows
        if (record := asked.get(row.name)) is not None
    ]
    latest = {(row["device"], row["way"]): row for row in rows}
    rows = [latest[name] for name in sorted(latest)]
    await transaction.run(QUERIES["ask_renewal"], rows=jsonb(rows))
    await transaction.notify(ASKED, "")


def refusal(asked: Row) -> Why | None:
    """Say why a path gets no certificate; None: it does. The device's word is sealed.

    An expired one may be renewed: another path of its device can ask for it, and by
    its own it cannot come any more.
    """
    if asked["revoked"]:
        return "revoked"
    if not asked["known"]:
        return "uncertified"
    if asked["cloned"]:
        return "cloned"
    return None


class Renewals:
    """Answers requests; any number of collectors may, each answers some.

    A refusal is told once, until it is another: who is refused asks again and again.
    """

    def __init__(
        self,
        database: Database,
        issuer: Authority,
        directory: Directory,
        signing: SigningKey,
        send: Send,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._directory = directory
        self._signing = signing
        self._send = send

    async def answer(self, now: datetime) -> int:
        """Answer what waits; gives how many. Raises DatabaseError."""
        done: list[tuple[Row, Chain]] = []
        async with self._database.transaction() as transaction:
            # In a statement of its own: the next one sees what was revoked until then.
            locked = await transaction.all(QUERIES["lock_renewing"])
            devices = [row["device"] for row in locked]
            waiting = await transaction.all(
                QUERIES["take_renewals"], most=MOST, devices=devices
            )
            refused: list[tuple[Row, Why]] = []
            for asked in waiting:
                try:
                    why = refusal(asked)
                    if why is None:
                        done.append((asked, await self._issue(transaction, asked, now)))
                except CertificateError:
                    why = "bad_key"
                if why is not None and why != asked["before"]:
                    refused.append((asked, why))
                await transaction.run(
                    QUERIES["renewal_done"],
                    device=asked["device"],
                    way=asked["way"],
                    refused=why,
                )
            await _note_refused(transaction, refused)
        for asked, chain in done:
            self._bring(asked, chain)
        return len(waiting)

    async def _issue(
        self, transaction: Transaction, asked: Row, now: datetime
    ) -> Chain:
        """Certify the key; one that was certified for it already is given again."""
        if asked["chain"] is not None:
            return read_pem(asked["chain"].encode())
        path = Path(asked["device"], asked["way"])
        return await certificate.issue(
            transaction, self._issuer, path, asked["key"], now
        )

    def _bring(self, asked: Row, chain: Chain) -> None:
        known = self._directory.get(asked["device"])
        if known is None:
            return
        topic = Path(asked["device"], asked["came_by"]).topic("down")
        pieces = pieces_of(known.device, "certificate", chain.packed())
        sent = [
            self._send(topic, seal_answer(piece, self._signing, known.answer_key))
            for piece in pieces
        ]
        log.info("certificate.sent", way=asked["way"], whole=all(sent))


async def _note_refused(
    transaction: Transaction, refused: Sequence[tuple[Mapping[str, object], Why]]
) -> None:
    for asked, why in refused:
        log.warning("certificate.not_renewed", device=asked["device"], reason=why)
        await audit.note(
            transaction,
            audit.Entry(
                verb="change",
                object=f"path:{asked['device']}-{asked['way']}",
                subject=f"site:{asked['site']}",
                result="refused",
                reason=why,
            ),
        )
