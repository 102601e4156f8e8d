"""The door to the audit chain: who looked at, changed, gave out or deleted what.

Who acts is never said here. The store knows who asks; what the collector does it does
in its own name, and an administrator's command in that of the command.
"""

from dataclasses import dataclass
from typing import Literal

from collector.database import Transaction
from collector.keep.turn import QUERIES

# The six of the Wpg (article 32a), and the coming and going of people.
Verb = Literal[
    "collect",
    "change",
    "consult",
    "disclose",
    "combine",
    "delete",
    "sign_in",
    "sign_out",
]
Result = Literal["done", "refused"]


@dataclass(frozen=True)
class Entry:
    """What somebody did, or was refused.

    `object` is `sort:id`, such as `kit:7f3k-qg` or `incident:12`; `subject` the place
    or person that it is about, `site:7f3k-qg` or `person:duinland-desk`. `unit` may be
    left out where the subject is a site. `reason` is a word of ours or what the person
    wrote; `origin` a keyed hash, never an address. `command` names an administrator's
    command, where nobody asks.
    """

    verb: Verb
    object: str
    subject: str | None = None
    unit: str | None = None
    result: Result = "done"
    reason: str | None = None
    origin: str | None = None
    command: str | None = None


async def note(transaction: Transaction, entry: Entry) -> int:
    """Append an entry, and give its number; it stands or falls with the transaction.

    Call it last in a transaction: from here to its end nobody else can append. What
    was refused belongs in a transaction of its own, for the act's is rolled back.
    """
    row = await transaction.one(
        QUERIES["audit_note"],
        verb=entry.verb,
        object=entry.object,
        subject=entry.subject,
        unit=entry.unit,
        result=entry.result,
        reason=entry.reason,
        origin=entry.origin,
        command=entry.command,
    )
    return int(row["entry"])
