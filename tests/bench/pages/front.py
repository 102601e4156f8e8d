"""A dashboard as a real process, and somebody who is signed in to it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec

from collector.blob import open_store
from collector.database import Database
from dashboard.app import make_pages
from dashboard.bell import Bell
from dashboard.front import build
from dashboard.parts import Parts
from dashboard.settings import read_key, read_settings
from sites.load import load
from tests.collector.databases import url_as
from tests.collector.process import ROOT, Process
from tests.collector.waiting import until
from tests.dashboard.house import Guest
from tests.servers.process import free_port

PREFIX = "WACHTPOST_DASHBOARD_"
START_S = 60.0
ANSWER_S = 60.0


@dataclass
class Front:
    """A dashboard that runs; `pid` is its process."""

    address: str
    environment: dict[str, str]
    pid: int

    def link(self, person: str) -> str:
        """Give a fresh sign-in link."""
        done = subprocess.run(
            [sys.executable, "-m", "wachtpost", "dashboard", "link", person],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def parts(self, database: Database, bell: Bell) -> Parts:
        """Give the parts of a dashboard like this one, on another database."""
        settings = read_settings(self.environment)
        if settings.inventory is None:
            raise AssertionError
        return Parts(
            settings=settings,
            database=database,
            bell=bell,
            pages=make_pages(),
            inventory=load(settings.inventory),
            blobs=open_store(settings.blobs),
            key=read_key(settings.key_file),
            now=lambda: datetime.now(UTC),
            wait=asyncio.sleep,
        )

    @asynccontextmanager
    async def guest(self, person: str) -> AsyncIterator[Guest]:
        """Give somebody's browser, in which as many pages may be open as he likes."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=10)
        async with httpx.AsyncClient(
            base_url=self.address, timeout=ANSWER_S, limits=limits
        ) as client:
            guest = Guest(client)
            answer = await guest.sign_in(self.link(person))
            if answer.status_code != httpx.codes.SEE_OTHER:
                raise AssertionError(f"nobody is let in: {answer.status_code}")
            yield guest


@contextmanager
def opened(admin_url: str, folder: Path) -> Iterator[Front]:
    """Run a dashboard on the store and the inventory of `folder`."""
    build()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        f"{PREFIX}DATABASE_URL": url_as(admin_url, "wachtpost_dashboard"),
        f"{PREFIX}PORT": str(port),
        f"{PREFIX}ADDRESS": address,
        f"{PREFIX}KEY_FILE": str(folder / "dashboard.key"),
        f"{PREFIX}BLOBS": str(folder / "blobs"),
        f"{PREFIX}INVENTORY": str(folder / "inventory"),
    }
    log = folder / "dashboard.log"
    process = Process(["wachtpost", "dashboard", "run"], log, environment)
    process.start()
    try:
        pid = process.pid
        if pid is None:
            raise AssertionError(process.said())
        yield Front(address, environment, pid)
    finally:
        process.stop()


async def answers(front: Front) -> None:
    """Wait until it does."""

    def well() -> bool:
        try:
            return httpx.get(f"{front.address}/healthz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    await until(well, START_S)


async def truths(guest: Guest, path: str) -> AsyncIterator[str]:
    """Give what an open page shows, each time that it changes."""
    async with guest.client.stream("GET", path, timeout=None) as answer:
        if answer.status_code != httpx.codes.OK:
            raise AssertionError(f"{path}: {answer.status_code}")
        name = ""
        async for line in answer.aiter_lines():
            word, _, said = line.partition(": ")
            if word == "event":
                name = said
            elif word == "data" and name == "truth":
                yield msgspec.json.decode(said.encode(), type=dict[str, str])["html"]
