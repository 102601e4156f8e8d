"""Calm is never shown from a cache: a page that cannot reach us says so, loudly."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from dashboard.settings import PREFIX
from tests.browser.hand import sign_in, until
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, OWNER
from tests.servers.process import free_port

ROOT = Path(__file__).parents[2]


class Dashboard:
    """The real program in a process of its own, to be killed and started again."""

    def __init__(self, environment: dict[str, str], address: str) -> None:
        self._environment = environment
        self.address = address
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dashboard", "run",
            cwd=ROOT, env={**os.environ, **self._environment},
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(30), httpx.AsyncClient() as client:
            while not await self._healthy(client):
                assert self.process.returncode is None

    async def _healthy(self, client: httpx.AsyncClient) -> bool:
        try:
            answer = await client.get(f"{self.address}/healthz")
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        async with asyncio.timeout(10):
            return await self.process.wait()


@pytest.fixture
async def program(
    database_url: Callable[[str], str], tmp_path: Path, house: House
) -> AsyncIterator[Dashboard]:
    del house  # the town that the program shows is founded by then
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        f"{PREFIX}DATABASE_URL": database_url("wachtpost_dashboard"),
        f"{PREFIX}PORT": str(port),
        f"{PREFIX}ADDRESS": address,
        f"{PREFIX}KEY_FILE": str(tmp_path / "key"),
        f"{PREFIX}BLOBS": str(tmp_path / "blobs"),
    }
    running = Dashboard(environment, address)
    await running.start()
    yield running
    if running.process is not None and running.process.returncode is None:
        await running.kill()


async def enter(page: Page, program: Dashboard, house: House) -> None:
    link = (await house.link(OWNER)).replace(house.address, program.address)
    await page.goto(link)
    await page.get_by_role("button", name="Meld mij aan").click()
    await page.get_by_role("button", name="Test het geluid").click()
    await page.get_by_role("link", name="Ik hoorde het, verder").click()
    await expect(page.locator("#cover")).to_be_hidden()


async def test_when_the_server_is_killed_the_page_covers_itself_and_comes_back(
    program: Dashboard, house: House, page: Page
):
    await enter(page, program, house)
    calm = page.get_by_text("Geen open incidenten", exact=True)
    await expect(calm).to_be_visible()
    await program.kill()
    cover = page.locator("#cover")
    await expect(cover).to_be_visible(timeout=12_000)
    await expect(cover).to_contain_text("Geen verbinding sinds ")
    await expect(cover).to_contain_text("kan verouderd zijn")
    await expect(calm).to_be_hidden()
    assert await page.locator(".calm-word:visible").count() == 0
    assert (await page.title()).startswith("! Geen verbinding")
    await until(page, "document.body.dataset.sounding === 'lost'")
    await program.start()
    await expect(cover).to_be_hidden(timeout=15_000)
    await expect(calm).to_be_visible()
    await until(page, "!document.body.dataset.sounding")


async def test_a_server_that_hangs_is_found_by_its_missing_heartbeat(
    program: Dashboard, house: House, page: Page
):
    await enter(page, program, house)
    assert program.process is not None
    program.process.send_signal(19)  # SIGSTOP: the connection stays open
    await expect(page.locator("#cover")).to_be_visible(timeout=15_000)
    program.process.send_signal(18)
    await expect(page.locator("#cover")).to_be_hidden(timeout=15_000)


async def test_the_program_ends_at_once_though_a_page_is_open(
    program: Dashboard, house: House, page: Page
):
    await enter(page, program, house)
    assert await program.stop() in {0, -15}
    await expect(page.locator("#cover")).to_be_visible(timeout=12_000)


async def test_a_session_that_runs_out_is_itself_an_alarm(house: House, page: Page):
    await sign_in(page, house, OWNER)
    await house.town.pen.execute("update store.session set expires = now()")
    await house.town.pen.execute("notify incident, 'duinland 0'")
    cover = page.locator("#cover")
    await expect(cover).to_contain_text("Uw aanmelding is om")
    await expect(cover.get_by_role("link", name="Opnieuw proberen")).to_be_visible()
    await until(page, "document.body.dataset.sounding === 'lost'")
    assert (await page.title()).startswith("! Aanmelding")


async def test_going_back_shows_no_picture_of_the_past(house: House, page: Page):
    await sign_in(page, house, OWNER)
    await page.locator("#place-bureau-haven").get_by_role("link").click()
    await expect(page.locator("h1")).to_have_text("Bureau Haven")
    await house.town.panic()
    await page.go_back()
    await expect(page.get_by_role("heading", name="noodknop")).to_be_visible()


async def test_a_page_that_is_open_says_when_no_collector_works_and_stops(
    program: Dashboard, house: House, page: Page
):
    # The program has no setting that names a collector.
    pen = house.town.pen
    heard = """
        insert into store.listener
        values ('one', now() - interval '1 hour', now() - %(ago)s::interval,
                now() - %(ago)s::interval)
        on conflict (name) do update set until = excluded.until, seen = excluded.seen"""
    await pen.execute(heard, {"ago": "0 s"})
    await enter(page, program, house)
    bar = page.locator("[id^=not-storing]")
    await expect(bar).to_have_count(0)
    await pen.execute(heard, {"ago": "40 s"})
    await expect(bar).to_contain_text("Er wordt niet opgeslagen:", timeout=15_000)
    await expect(bar).to_have_attribute("role", "alert")
    await pen.execute(heard, {"ago": "0 s"})
    await expect(bar).to_have_count(0, timeout=15_000)


async def test_a_desk_whose_sign_in_ran_out_is_heard_by_a_colleague(
    house: House, page: Page
):
    await sign_in(page, house, OWNER)
    await house.guest(COLLEAGUE)
    strip = page.locator("#lapsed-desk")
    await expect(strip).to_have_count(0)
    await house.town.pen.execute(
        "update store.session set watched = now(), expires = now() where person = %s",
        [COLLEAGUE],
    )
    await expect(strip).to_be_visible(timeout=15_000)  # nobody rings: it looks again
    await until(page, "document.body.dataset.sounding === 'attention'")
    await strip.get_by_role("button").click()
    await expect(strip).to_have_count(0)
    await until(page, "!document.body.dataset.sounding")
