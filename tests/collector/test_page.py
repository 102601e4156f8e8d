"""What is wrong is told on /healthz, what was counted on /metrics."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from collector.metrics import Health, Metrics
from collector.page import serve
from tests.servers.process import free_port


class Site:
    def __init__(self) -> None:
        self.health, self.metrics, self.port = Health(), Metrics.new(), free_port()

    async def ask(self, text: bytes) -> tuple[str, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        head, _, body = answer.partition(b"\r\n\r\n")
        return head.partition(b"\r\n")[0].decode(), body

    async def get(self, path: str) -> tuple[str, bytes]:
        return await self.ask(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    serving = asyncio.create_task(
        serve(("127.0.0.1", site.port), site.health, site.metrics)
    )
    while not serving.done():
        try:
            await site.get("/")
        except ConnectionRefusedError:
            await asyncio.wait([serving], timeout=0.01)
        else:
            break
    yield site
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_well_is_200_and_not_well_is_503_with_the_reason(site: Site):
    status, body = await site.get("/healthz")
    assert status == "HTTP/1.1 200 OK"
    assert json.loads(body) == {"well": True, "troubles": {}, "since": {}}
    site.health.trouble("plain", "the database is away")
    status, body = await site.get("/healthz?verbose")
    assert status == "HTTP/1.1 503 Service Unavailable"
    assert json.loads(body)["troubles"] == {"plain": "the database is away"}
    site.health.well("plain")
    assert (await site.get("/healthz"))[0] == "HTTP/1.1 200 OK"


async def test_a_trouble_says_since_when_whatever_its_reason_becomes(site: Site):
    begun = datetime(2026, 11, 20, 12, tzinfo=UTC)
    times = iter([begun, begun + timedelta(hours=1), begun + timedelta(hours=2)])
    site.health.clock = lambda: next(times)
    site.health.trouble("plain", "the database is away")
    site.health.trouble("plain", "the database cannot store at present")
    _, body = await site.get("/healthz")
    assert json.loads(body)["since"] == {"plain": begun.isoformat()}
    site.health.well("plain")
    assert json.loads((await site.get("/healthz"))[1])["since"] == {}
    site.health.trouble("plain", "the database is away")
    later = json.loads((await site.get("/healthz"))[1])["since"]
    assert later["plain"] > begun.isoformat()


async def test_counters_are_there_for_prometheus(site: Site):
    site.metrics.frames.labels("plain", "stored").inc(3)
    site.metrics.set_aside.labels("bad_signature").inc()
    _, body = await site.get("/metrics")
    assert b'wachtpost_frames_total{lane="plain",outcome="stored"} 3.0' in body
    assert b'wachtpost_frames_set_aside_total{reason="bad_signature"} 1.0' in body


async def test_there_is_nothing_else(site: Site):
    assert (await site.get("/"))[0] == "HTTP/1.1 404 Not Found"
    post = b"POST /healthz HTTP/1.1\r\n\r\n"
    assert (await site.ask(post))[0] == "HTTP/1.1 404 Not Found"


@pytest.mark.parametrize(
    "nonsense", [b"\r\n", b"\xff\xfe\r\n\r\n", b"GET\r\n\r\n", b"x" * 9000 + b"\r\n"]
)
async def test_nonsense_gets_no_answer_and_harms_nobody(site: Site, nonsense: bytes):
    assert (await site.ask(nonsense))[0] == ""
    assert (await site.get("/healthz"))[0] == "HTTP/1.1 200 OK"
