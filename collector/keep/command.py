"""`wachtpost collector audit`: look through the chain whenever somebody asks."""

import argparse
import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime

from nacl.signing import VerifyKey

from collector.database import Database, Limits
from collector.keep.chain import Head
from collector.keep.head import Keys, Verdict, look_through
from collector.keep.turn import QUERIES
from collector.migrate import require_current
from collector.settings import PREFIX, read_audit_key, read_database_url
from sites.errors import KeyTextError
from sites.keys import verify_key

WITNESSED = datetime(1970, 1, 1, tzinfo=UTC)  # when somebody saw it, nobody asks
SHOWN = 20


def add_audit(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    moment: Callable[[str], datetime],
) -> None:
    """Add the command to those of the collector."""
    audit = commands.add_parser("audit", help="look through the audit chain")
    verbs = audit.add_subparsers(required=True, metavar="VERB")
    verify = verbs.add_parser(
        "verify", help="name the first changed, missing or inserted entry"
    )
    verify.add_argument(
        "--since",
        type=moment,
        metavar="ISO",
        help="begin behind the last head that was signed by then, with its zone",
    )
    verify.add_argument(
        "--head",
        type=_head,
        action="append",
        default=[],
        metavar="ENTRY:HASH",
        help="a head that was kept elsewhere: the chain must lead to it",
    )
    verify.add_argument(
        "--key",
        type=_key,
        action="append",
        default=[],
        metavar="HEX",
        help=f"a public key that signed heads; else that of {PREFIX}SIGNING_KEY",
    )
    verify.set_defaults(act=_verify)


def _verify(asked: argparse.Namespace) -> int:
    keys = Keys(asked.key or [read_audit_key(os.environ)])
    url = read_database_url(os.environ)

    async def look() -> Verdict:
        limits = Limits(connections=1)
        async with Database.open(url, "wachtpost audit", limits) as database:
            await require_current(database)
            async with database.transaction() as transaction:
                await transaction.run(QUERIES["audit_snapshot"])
                return await look_through(transaction, keys, asked.since, asked.head)

    verdict = asyncio.run(look())
    print("\n".join(told(verdict)))  # noqa: T201  # a CLI prints
    return 1 if verdict.findings else 0


def told(verdict: Verdict) -> list[str]:
    """Say what was found, the first of it first, and the head to keep elsewhere."""
    lines = [str(finding) for finding in verdict.findings[:SHOWN]]
    looked = f"{verdict.entries} entries were looked at"
    lines.append(f"{looked}, {len(verdict.findings) or 'nothing'} found")
    if verdict.last.entry:
        lines.append(f"head {verdict.last.entry}:{verdict.last.hash}")
    return lines


def _head(text: str) -> Head:
    entry, _, digest = text.partition(":")
    if not entry.isdigit() or len(digest) != len("00") * 32:
        raise argparse.ArgumentTypeError(f"{text!r} is not ENTRY:HASH")
    return Head("", int(entry), digest, WITNESSED)


def _key(text: str) -> VerifyKey:
    try:
        return verify_key(text)
    except KeyTextError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
