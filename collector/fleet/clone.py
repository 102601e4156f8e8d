"""Devices of which two live: marked by the intake, cleared by an administrator.

A marked one gets no command, and no certificate for a new key. It keeps its receipts,
and those for the key that it has are drawn out, since no alarm may be lost.
"""

from collector.database import Transaction
from collector.fleet.certificate import QUERIES
from collector.fleet.errors import NothingThereError


async def is_cloned(transaction: Transaction, device: str) -> bool:
    """Tell whether two of a device live, as far as we know."""
    return await transaction.maybe(QUERIES["clone_of"], device=device) is not None


async def clear(transaction: Transaction, device: str) -> None:
    """Believe in one device again; where two live, that is found again.

    Raises NothingThereError where it is not marked.
    """
    if not await transaction.run(QUERIES["clear_clone"], device=device):
        raise NothingThereError(f"{device} is not marked as cloned")
    await transaction.run(QUERIES["forget_turns_of"], device=device)
