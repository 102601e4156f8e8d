"""An SMS gateway on this machine, which keeps state: what it took stays taken once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "the-token"  # noqa: S105  # of a gateway that lives for one test


@dataclass
class Gateway:
    """What it delivered, by its key; what it answers is a test's to say.

    `answers` are statuses for the next requests; when they are used up, it accepts.
    """

    delivered: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: int = 0
    answers: list[int] = field(default_factory=list)
    hangs: asyncio.Event | None = None
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.hangs is not None:
            await self.hangs.wait()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        status = self.answers.pop(0) if self.answers else 202
        key = request.headers["Idempotency-Key"]
        if status in (200, 201, 202, 599):
            # 599 takes it, and loses the answer: the key tells that it came before.
            self.delivered.setdefault(key, await request.json())
        headers = {"Location": "/elsewhere"} if status in (301, 302, 307) else {}
        return web.Response(status=503 if status == 599 else status, headers=headers)


@asynccontextmanager
async def open_gateway() -> AsyncIterator[Gateway]:
    """Run one until the block ends."""
    gateway = Gateway()
    app = web.Application()
    app.router.add_post("/sms", gateway.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]  # a server of asyncio's own has them
    gateway.url = f"http://127.0.0.1:{port}/sms"
    try:
        yield gateway
    finally:
        await runner.cleanup()
