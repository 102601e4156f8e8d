"""The source works with the demo's embedded broker as it does with Mosquitto."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.collector.intake.test_source import Talker, gather, listening
from tests.collector.process import ROOT
from tests.collector.waiting import SECONDS, until
from tests.servers.process import as_account, free_port


@dataclass
class Embedded:
    """The demo's broker, with what a client needs to know of it."""

    port: int
    host: str = "127.0.0.1"


@pytest.fixture
async def embedded() -> AsyncIterator[Embedded]:
    port = free_port()
    command = [sys.executable, "-m", "dashboard.demo.broker", str(port)]
    process = await asyncio.create_subprocess_exec(
        *as_account(command, None, "KILL"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(SECONDS):
        assert await process.stdout.readline() == b"ready\n"
    yield Embedded(port)
    process.kill()
    await process.wait()


async def test_frames_come_and_answers_go(embedded: Embedded):
    talker = Talker(embedded, hears="wp/1/x/down")
    async with listening(embedded, "wp/1/+/al", "wp/1/+/gone") as source:
        said = [str(n).encode() for n in range(200)]
        await asyncio.to_thread(talker.say, "wp/1/x/al", *said)
        heard = await gather(source, 200)
        for n in range(100):
            assert source.answer("wp/1/x/down", str(n).encode())
        answers = [
            await asyncio.to_thread(talker.heard.get, timeout=SECONDS)
            for _ in range(100)
        ]
    talker.close()
    assert [message.payload for message in heard] == said
    assert answers == [str(n).encode() for n in range(100)]


async def test_its_probes_come_back(embedded: Embedded):
    async with listening(embedded, "wp/1/+/al") as source:
        await until(lambda: source.proven is not None)
        first = source.proven
        assert first is not None
        await until(lambda: source.proven and source.proven.until > first.until)
        assert source.proven is not None
        assert source.proven.since == first.since
