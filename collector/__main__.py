"""`wachtpost collector`: run it, migrate the store, bring in what it needs."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from collector.blob import open_store as open_blobs
from collector.database import Database, Limits
from collector.errors import CollectorError, KeyFileThereError
from collector.fleet import command as fleet
from collector.fleet.sync import sync
from collector.keep.command import add_audit
from collector.keep.verify.look import Verdict, verify
from collector.log import configure
from collector.migrate import migrate, require_current
from collector.notify.push_key import make_push_key, public_half
from collector.service import run
from collector.settings import (
    PREFIX,
    read_database_url,
    read_settings,
    read_stores,
)
from collector.watchdog import guard
from collector.watchdog.setting import read_settings as read_watchdog
from sites.errors import SitesError
from sites.keys import key_text
from sites.load import load

VERIFY_S = 3600  # a statement over every row of a large store
SEALING_FILE, SIGNING_FILE = "collector-seal.key", "collector-sign.key"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands; prints a sentence and gives 1 where it cannot."""
    asked = _parser().parse_args(arguments)
    configure()
    try:
        return int(asked.act(asked) or 0)
    except (CollectorError, SitesError) as error:
        for line in str(error).splitlines():
            print(f"wachtpost collector: {line}", file=sys.stderr)
        return 1


def make_keys(folder: Path) -> tuple[str, str]:
    """Make the two keys of a collector; give the public halves: seal, sign.

    Raises:
        KeyFileThereError: one of them stands there already; nothing was made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (SEALING_FILE, SIGNING_FILE):
        if (folder / name).exists():
            raise KeyFileThereError(folder / name)
    sealing, signing = PrivateKey.generate(), SigningKey.generate()
    _write_secret(folder / SEALING_FILE, key_text(sealing))
    _write_secret(folder / SIGNING_FILE, key_text(signing))
    return key_text(sealing.public_key), key_text(signing.verify_key)


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "wachtpost collector",
        description=f"Settings come from {PREFIX}*; see collector/README.md.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    work = commands.add_parser("run", help="hear every site, remember, decide")
    work.set_defaults(act=_run)
    watching = commands.add_parser("watchdog", help="watch over the collectors")
    watching.set_defaults(act=_watchdog)
    bring = commands.add_parser("migrate", help="bring the store to this version")
    bring.add_argument("--url", required=True, help="PostgreSQL's, as a superuser")
    bring.set_defaults(act=_migrate)
    mirror = commands.add_parser("sync", help="bring an inventory into the store")
    mirror.add_argument("--inventory", type=Path, required=True, metavar="DIR")
    mirror.add_argument("--url", help=f"else {PREFIX}DATABASE_URL")
    mirror.set_defaults(act=_sync)
    verifier = commands.add_parser(
        "verify-retention", help="find what is kept longer than it may be"
    )
    verifier.add_argument(
        "--at",
        type=_moment,
        metavar="ISO",
        help="as if it were this time, with its zone; else the database's",
    )
    verifier.set_defaults(act=_verify_retention)
    add_audit(commands, _moment)
    keys = commands.add_parser("keys", help="make the collector's two keys")
    keys.add_argument("folder", type=Path, metavar="DIR")
    keys.set_defaults(act=_keys)
    push = commands.add_parser("push-key", help="make the key of messages to browsers")
    push.add_argument("file", type=Path, metavar="FILE")
    push.set_defaults(act=_push_key)
    fleet.add_to(commands)
    return parser


def _run(_: argparse.Namespace) -> None:
    ready = read_settings(os.environ)
    _until_told(lambda stopping: run(ready, stopping))


def _watchdog(_: argparse.Namespace) -> None:
    ready = read_watchdog(os.environ)
    _until_told(lambda stopping: guard.run(ready, stopping))


def _until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    # The pool would write the database's address; our own log says what is wrong.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)

    async def until_told() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await work(stopping)

    asyncio.run(until_told())


def _migrate(asked: argparse.Namespace) -> None:
    outcome = asyncio.run(migrate(asked.url))
    print(
        f"migration {outcome.before} -> {outcome.after}, "
        f"the database is {outcome.capability}"
    )
    for told in outcome.compression:
        print(told)


def _sync(asked: argparse.Namespace) -> None:
    inventory = load(asked.inventory)
    url = asked.url or read_database_url(os.environ)

    async def bring_in() -> None:
        async with Database.open(url, "wachtpost sync") as database:
            await require_current(database)
            done = await sync(database, inventory)
        print(f"{done.changed} rows changed, {done.removed} removed")
        for device in done.rekeyed:
            print(f"device {device} has another key")

    asyncio.run(bring_in())


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no zone, such as +01:00 or Z")
    return found


def _verify_retention(asked: argparse.Namespace) -> int:
    url, place = read_stores(os.environ)

    async def look() -> Verdict:
        limits = Limits(connections=1, statement_s=VERIFY_S)
        async with Database.open(url, "wachtpost verify", limits) as database:
            await require_current(database)
            return await verify(database, open_blobs(place), asked.at)

    verdict = asyncio.run(look())
    for finding in verdict.findings:
        print(finding)
    looked = f"{verdict.tables} tables and {verdict.files} files were looked at"
    print(f"{looked}, {len(verdict.findings) or 'nothing'} found")
    return 1 if verdict.findings else 0


def _keys(asked: argparse.Namespace) -> None:
    seal, sign = make_keys(asked.folder)
    print(f"collector_seal = {seal}")
    print(f"collector_sign = {sign}")


def _push_key(asked: argparse.Namespace) -> None:
    key = make_push_key()
    try:
        _write_secret(asked.file, key)
    except FileExistsError:
        raise KeyFileThereError(asked.file) from None
    print(f"push_key = {public_half(key)}")


if __name__ == "__main__":
    sys.exit(main())
