"""A push service and a browser on this machine: it keeps what was pushed, sealed."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import http_ece
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Browser:
    """One browser that turned push on: only it can read what is pushed to it."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"0123456789abcdef"

    @property
    def p256dh(self) -> str:
        point = self.key.public_key()
        return _text(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def subscription(self, service: "Service") -> dict[str, str]:
        return {
            "endpoint": f"{service.url}/{self.name}",
            "p256dh": self.p256dh,
            "auth": _text(self.auth),
        }

    def read(self, pushed: bytes) -> dict[str, str]:
        """Open what was pushed."""
        plain = http_ece.decrypt(
            pushed, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        return msgspec.json.decode(plain, type=dict[str, str])


@dataclass
class Service:
    """What it took, by browser; `answers` is the status for each browser, else 201."""

    url: str = ""
    pushed: dict[str, list[bytes]] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    hangs: asyncio.Event | None = None

    async def take(self, request: web.Request) -> web.Response:
        if self.hangs is not None:
            await self.hangs.wait()
        name = request.match_info["name"]
        status = self.answers.get(name, 201)
        headers = {name.title(): value for name, value in request.headers.items()}
        self.headers.append(headers)
        if status == 201:
            self.pushed.setdefault(name, []).append(await request.read())
        return web.Response(status=status)


@asynccontextmanager
async def open_service() -> AsyncIterator[Service]:
    """Run one until the block ends."""
    service = Service()
    app = web.Application()
    app.router.add_post("/{name}", service.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
