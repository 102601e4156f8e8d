"""What the commands of an administrator share: the store, and passphrases."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from collector.database import Database, Transaction
from collector.fleet import papers
from collector.fleet.errors import PapersError
from collector.migrate import require_current
from collector.settings import read_database_url

T = TypeVar("T")


def in_store(
    asked: argparse.Namespace, act: Callable[[Transaction], Awaitable[T]]
) -> T:
    """Do something in one transaction of the store that was asked for."""
    url = asked.url or read_database_url(os.environ)

    async def work() -> T:
        async with Database.open(url, "wachtpost fleet") as database:
            await require_current(database)
            async with database.transaction() as transaction:
                return await act(transaction)

    return asyncio.run(work())


def passphrase(file: Path | None, what: str) -> bytes:
    """Read a passphrase from a file, or ask for it; raises PapersError."""
    if file is not None:
        return papers.read_passphrase(file)
    if not sys.stdin.isatty():
        raise PapersError(Path("-"), f"nobody is there to be asked for {what}")
    return papers.checked(getpass.getpass(f"Passphrase, {what}: ").encode(), what)
