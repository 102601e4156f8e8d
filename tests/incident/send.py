"""A sender in a process of its own, to be killed: `python -m tests.incident.send`."""

import asyncio
import sys

from collector.database import Database
from collector.notify.email import Email, EmailSettings
from collector.notify.sender import run


async def main(url: str, port: str) -> None:
    settings = EmailSettings(
        "127.0.0.1", int(port), "wachtpost@dienst.example", security="none"
    )
    async with Database.open(url, "killed sender") as database:
        await run(database, [Email(settings)], "https://wachtpost.example")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
