"""Fixtures of the browser's tests: the built pages, a town, a house, a Chromium."""

from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from dashboard.front import build
from tests.collector.databases import database_url
from tests.dashboard.conftest import house, town
from tests.dashboard.house import House
from tests.servers.chromium import LaunchOptions

__all__ = ["database_url", "house", "town"]

Visit = Callable[[str], object]


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    build()


@pytest.fixture
async def browser(chromium_options: LaunchOptions) -> AsyncIterator[Browser]:
    """Give the machine's Chromium; no flag lets it sound without a gesture."""
    async with async_playwright() as player:
        running = await player.chromium.launch(**chromium_options)
        yield running
        await running.close()


@pytest.fixture
async def context(browser: Browser, house: House) -> AsyncIterator[BrowserContext]:
    """Give a browser without cookies; its console must stay silent."""
    fresh = await browser.new_context(base_url=house.address, locale="nl-NL")
    said: list[str] = []
    fresh.on("weberror", lambda error: said.append(str(error.error)))
    fresh.on(
        "console",
        lambda message: (
            said.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )
    yield fresh
    await fresh.close()
    assert said == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """Give an empty page."""
    return await context.new_page()
