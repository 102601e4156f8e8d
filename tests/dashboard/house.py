"""The dashboard as browsers meet it: a real server on loopback, in this event loop."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from collector.blob import object_name, open_store
from collector.database import Database, Limits
from dashboard.app import make_app, make_pages
from dashboard.bell import Bell
from dashboard.parts import Parts
from dashboard.settings import Settings
from dashboard.sign_in import make_link
from tests.dashboard.authenticator import TRUTH, Authenticator, Lies
from tests.dashboard.town import Town

TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


class Slow:
    """Records for how long guessers would have been held up, and waits not at all."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


@dataclass
class Guest:
    """Somebody's browser without a screen."""

    client: httpx.AsyncClient
    token: str = ""

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form with this session's token."""
        return await self.client.post(path, data={"token": self.token, **fields})

    async def sign_in(self, address: str) -> httpx.Response:
        """Open a sign-in link and press its button."""
        path = address[address.index("/sign-in/") :]
        page = await self.get(path)
        return await self.post_sign_in(page.text, path.rpartition("/")[2])

    async def post_sign_in(self, page: str, link: str) -> httpx.Response:
        (token,) = TOKEN.findall(page)
        return await self.client.post("/sign-in", data={"token": token, "link": link})

    async def enrol(self, device: Authenticator, lies: Lies = TRUTH) -> httpx.Response:
        """Make a passkey on this device."""
        options = await self.post("/passkeys/options")
        assert options.status_code == 200, options.text
        answer = device.make(options.json(), lies)
        return await self.post("/passkeys", name="Telefoon", answer=answer)

    async def options(self) -> tuple[str, dict[str, Any]]:
        """Come to the door, and be given what a passkey is to sign."""
        (token,) = TOKEN.findall((await self.get("/sign-in")).text)
        path = "/sign-in/passkey/options"
        answer = await self.client.post(path, data={"token": token})
        assert answer.status_code == 200, answer.text
        return token, answer.json()

    async def come_in(
        self, device: Authenticator, lies: Lies = TRUTH, **more: str
    ) -> httpx.Response:
        """Sign in with the passkey on this device."""
        token, options = await self.options()
        fields = {"token": token, "answer": device.use(options, lies), **more}
        return await self.client.post("/sign-in/passkey", data=fields)

    async def confirm(
        self, device: Authenticator, lies: Lies = TRUTH
    ) -> httpx.Response:
        """Prove again who it is."""
        options = await self.post("/confirm/options")
        assert options.status_code == 200, options.text
        return await self.post("/confirm", answer=device.use(options.json(), lies))

    async def review(self, unit: str) -> httpx.Response:
        """Find the rights of a unit's people right, as the page shows them."""
        page = (await self.get("/rights")).text
        form = f'name="unit" value="{unit}"><input type="hidden" name="seen" value="'
        seen = page.partition(form)[2].partition('"')[0]
        return await self.post("/rights/reviewed", unit=unit, seen=seen)

    async def learn_token(self) -> None:
        """Take the session's token from a page, as a browser's form does."""
        self.token = TOKEN.findall((await self.get("/")).text)[0]


@dataclass
class House:
    """A running dashboard, the town that it shows, and its guests."""

    parts: Parts
    town: Town
    address: str
    slow: Slow
    app: FastAPI
    stack: AsyncExitStack

    async def keep_blobs(self) -> None:
        """Put the town's pictures into the blob store."""
        for digest, whole in self.town.blobs.items():
            await self.parts.blobs.put_async(object_name(digest), whole)

    async def stranger(self, **headers: str) -> Guest:
        """Give a browser in which nobody is signed in."""
        client = httpx.AsyncClient(base_url=self.address, headers=headers, timeout=20)
        return Guest(await self.stack.enter_async_context(client))

    async def link(self, person: str, minutes: int = 15) -> str:
        """Give a fresh sign-in link."""
        secret = await make_link(self.parts.database, person, minutes)
        return f"{self.address}/sign-in/{secret}"

    def device(self, count: int = 0) -> Authenticator:
        """Give an authenticator in a browser that is at this house."""
        return Authenticator(self.parts.settings.address, count=count)

    async def passkey_of(self, person: str, count: int = 0) -> Authenticator:
        """Give a device on which this person has made a passkey."""
        device = self.device(count)
        answer = await (await self.guest(person)).enrol(device)
        assert answer.status_code == 303, answer.text
        return device

    async def guest(self, person: str, **headers: str) -> Guest:
        """Give a browser in which this person has signed in."""
        guest = await self.stranger(**headers)
        answer = await guest.sign_in(await self.link(person))
        assert answer.status_code == 303, answer.text
        await guest.learn_token()
        return guest


@asynccontextmanager
async def opened(
    url: Callable[[str], str],
    town: Town,
    folder: Path,
    *,
    now: Callable[[], datetime],
    port: int = 0,
    given: Mapping[str, object] | None = None,
) -> AsyncIterator[House]:
    """Run the dashboard on loopback until the block ends, with some settings `given`.

    It is at 127.0.0.1 for all, and at `parts.settings.address` for passkeys, which
    need a name.
    """
    slow = Slow()
    async with AsyncExitStack() as stack:
        bound = stack.enter_context(socket.create_server(("127.0.0.1", port)))
        database = await stack.enter_async_context(
            Database.open(url("wachtpost_dashboard"), "dashboard", Limits(6))
        )
        parts = Parts(
            settings=Settings.model_validate(
                {
                    "database_url": "unused",
                    "address": f"http://localhost:{bound.getsockname()[1]}",
                    **(given or {}),
                }
            ),
            database=database,
            bell=Bell(),
            pages=make_pages(),
            inventory=town.inventory,
            blobs=open_store(str(folder)),
            key=b"k" * 32,
            now=now,
            wait=slow,
        )
        app = make_app(parts)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = _Quiet(config)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        task = group.create_task(server.serve([bound]), name="uvicorn")
        await server.ready.wait()
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        try:
            house = House(parts, town, address, slow, app, stack)
            await house.keep_blobs()
            yield house
        finally:
            parts.bell.close()
            server.should_exit = True
            await task


class _Quiet(uvicorn.Server):
    """Says when it is ready, and leaves the test run's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    def install_signal_handlers(self) -> None:
        """Not here."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()
