"""The connections of the collector's process, each for its own work."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from obstore.store import ObjectStore

from collector.blob import open_store
from collector.database import STATEMENT_S, Database, Limits
from collector.settings import Ready

KEEP_S = 600  # a statement over all rows of some hours may take


@dataclass(frozen=True)
class Stores:
    """The connections of the process: alarms wait for nobody else's."""

    alarms: Database
    plain: Database
    pictures: Database
    others: Database
    keep: Database
    blobs: ObjectStore


async def open_stores(ready: Ready, stack: AsyncExitStack) -> Stores:
    """Open them; closed with the stack."""
    url = ready.settings.database_url.get_secret_value()

    async def open_one(
        name: str, connections: int, statement_s: int = STATEMENT_S
    ) -> Database:
        limits = Limits(connections, statement_s)
        opened = Database.open(url, f"wachtpost {name}", limits)
        return await stack.enter_async_context(opened)

    return Stores(
        alarms=await open_one("alarms", 1),
        plain=await open_one("plain", 1),
        pictures=await open_one("pictures", 2),
        others=await open_one("others", 4),
        keep=await open_one("keep", 2, KEEP_S),
        blobs=open_store(ready.settings.blobs),
    )
