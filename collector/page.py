"""/healthz and /metrics over plain HTTP, for this machine or a monitoring network."""

import asyncio
import json
from dataclasses import dataclass

from collector.metrics import Health, Metrics

REQUEST_S = 5.0
_LINE_BYTES = 4096
_HEADERS_MOST = 64


@dataclass(frozen=True)
class Page:
    """A status, a kind of content, and the content."""

    status: str
    kind: str
    body: bytes


def answer(path: str, health: Health, metrics: Metrics) -> Page:
    """Give the page of a path."""
    match path:
        case "/healthz":
            well = not health.troubles
            since = {part: at.isoformat() for part, at in health.since.items()}
            told = {"well": well, "troubles": health.troubles, "since": since}
            body = json.dumps(told).encode()
            status = "200 OK" if well else "503 Service Unavailable"
            return Page(status, "application/json", body)
        case "/metrics":
            return Page("200 OK", "text/plain; version=0.0.4", metrics.text())
        case _:
            return Page("404 Not Found", "text/plain", b"there is nothing here\n")


async def serve(address: tuple[str, int], health: Health, metrics: Metrics) -> None:
    """Serve both pages for ever. One request a connection, GET alone."""

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                path = await _path(reader)
                page = answer(path, health, metrics)
                writer.write(_response(page))
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # whoever asked is gone or talks nonsense; nobody else is concerned
        finally:
            writer.close()

    host, port = address
    server = await asyncio.start_server(hear, host, port, limit=_LINE_BYTES)
    async with server:
        await server.serve_forever()


async def _path(reader: asyncio.StreamReader) -> str:
    method, path, _ = (await reader.readline()).decode("ascii").split()
    for _ in range(_HEADERS_MOST):
        if not (await reader.readline()).strip():
            return path.partition("?")[0] if method == "GET" else ""
    return ""


def _response(page: Page) -> bytes:
    head = (
        f"HTTP/1.1 {page.status}\r\n"
        f"Content-Type: {page.kind}\r\n"
        f"Content-Length: {len(page.body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + page.body
