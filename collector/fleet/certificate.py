"""The certificates of all paths, in the store: issued, revoked, listed."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path as File

from collector.database import Transaction
from collector.fleet import authority
from collector.fleet.authority import Authority
from collector.fleet.errors import NothingThereError, UnknownPathError
from collector.keep import audit
from collector.query import Queries, Row
from sites.certificate import Chain, public_key, stretch
from sites.topic import Path

QUERIES = Queries(File(__file__).parent / "sql")
CHANGED = "certificate"  # the channel on which collectors hear of a change


async def issue(
    transaction: Transaction, issuer: Authority, path: Path, key: str, now: datetime
) -> Chain:
    """Certify a path's key; raises UnknownPathError, CertificateError."""
    await transaction.all(QUERIES["lock_device"], device=path.device)
    chain = authority.issue(issuer, path.text, public_key(key), now)
    since, until = stretch(chain.leaf)
    put = await transaction.maybe(
        QUERIES["put_certificate"],
        serial=f"{chain.leaf.serial_number:x}",
        device=path.device,
        way=path.way,
        key=key,
        since=since,
        until=until,
        chain=chain.pem.decode(),
    )
    if put is None:
        raise UnknownPathError(path.device)
    await transaction.notify(CHANGED, path.device)
    return chain


async def revoke(
    transaction: Transaction, device: str, way: int | None, reason: str
) -> list[Row]:
    """Revoke a path, or where `way` is None all paths of a device.

    What they asked for is forgotten. Raises NothingThereError where nothing is there.
    """
    await transaction.all(QUERIES["lock_device"], device=device)
    await transaction.run(QUERIES["drop_renewals"], device=device, way=way)
    gone = await transaction.all(
        QUERIES["revoke"], device=device, way=way, reason=reason
    )
    if not gone:
        what = device if way is None else f"{device}-{way}"
        raise NothingThereError(f"{what} has no certificate in force")
    await transaction.notify(CHANGED, device)
    return gone


async def noted(transaction: Transaction, what: str, device: str, verb: str) -> None:
    """Put an administrator's command about a path or a device into the audit chain.

    Last in its transaction.
    """
    row = await transaction.maybe(QUERIES["site_of"], device=device)
    await audit.note(
        transaction,
        audit.Entry(
            verb="change",
            object=what,
            subject=None if row is None else f"site:{row['site']}",
            command=f"fleet {verb}",
        ),
    )


async def revoked_serials(transaction: Transaction) -> Sequence[tuple[str, datetime]]:
    """Give what a list of revoked certificates has to name, and since when."""
    rows = await transaction.all(QUERIES["revoked_serials"])
    return [(row["serial"], row["revoked"]) for row in rows]


async def key_of(transaction: Transaction, path: Path) -> str:
    """Give the key of a path's newest certificate; raises NothingThereError."""
    named = {"device": path.device, "way": path.way}
    row = await transaction.maybe(QUERIES["newest_key"], **named)
    if row is None:
        raise NothingThereError(f"{path.text} never had a certificate")
    return str(row["key"])
