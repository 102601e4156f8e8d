"""Messages in a real browser, as far as that goes without its push service.

Chromium asks its maker's service for a subscription, and there is none on a test's
machine: so the page has to say that it failed. What is pushed is given to the worker by
Chromium's own tools.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, expect

from collector.notify.push_key import make_push_key, public_half
from tests.browser.axe import serious
from tests.dashboard.house import House, opened
from tests.dashboard.town import OWNER, Town

PUSHED = {"title": "Spoed: incident 7", "text": "Doe nu: bel.", "link": "/incident/7"}
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  for (let turn = 0; turn < 40; turn += 1) {
    const shown = await worker.getNotifications();
    if (shown.length) return shown.map((one) => [one.title, one.body, one.data]);
    await new Promise((done) => setTimeout(done, 50));
  }
  return [];
}"""
READY = "navigator.serviceWorker.ready.then((worker) => worker.scope)"


@pytest.fixture
async def house(
    database_url: Callable[[str], str], town: Town, tmp_path: Path
) -> AsyncIterator[House]:
    """Give a dashboard that knows a push key."""
    given = {"push_key": public_half(make_push_key())}
    async with opened(
        database_url, town, tmp_path, now=lambda: datetime.now(UTC), given=given
    ) as found:
        yield found


@pytest.fixture
async def contacts(page: Page, house: House) -> Page:
    """Give the page of somebody who is signed in."""
    await page.goto(await house.link(OWNER))
    await page.get_by_role("button", name="Meld mij aan").click()
    await page.wait_for_url("**/sound*")
    await page.goto("/contacts")
    return page


async def registration(line: CDPSession) -> str:
    """Give the number under which Chromium knows our worker."""
    number: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(said: dict[str, Any]) -> None:
        for one in said["registrations"]:
            if not number.done():
                number.set_result(one["registrationId"])

    line.on("ServiceWorker.workerRegistrationUpdated", note)
    await line.send("ServiceWorker.enable")
    async with asyncio.timeout(20):
        return await number


async def test_the_page_is_for_everybody_to_read(contacts: Page):
    await expect(contacts.get_by_role("heading", name="Bereikbaarheid")).to_be_visible()
    assert await serious(contacts) == []


async def test_who_forbids_messages_is_told_where_to_allow_them(contacts: Page):
    await contacts.get_by_role("button", name="in deze browser aanzetten").click()
    said = contacts.get_by_role("alert").filter(has_text="laat geen berichten toe")
    await expect(said).to_be_visible()


async def test_without_a_push_service_the_page_says_so_and_the_worker_shows_what_comes(
    context: BrowserContext, contacts: Page, house: House
):
    await context.grant_permissions(["notifications"], origin=house.address)
    await contacts.get_by_role("button", name="in deze browser aanzetten").click()
    assert await contacts.evaluate(READY) == f"{house.address}/"
    said = contacts.get_by_role("alert").filter(has_text="kan geen berichten")
    await expect(said).to_be_visible(timeout=20_000)

    line = await context.new_cdp_session(contacts)
    pushed = {
        "origin": f"{house.address}/",
        "registrationId": await registration(line),
        "data": json.dumps(PUSHED),
    }
    shown: list[list[str]] = []
    for _ in range(5):  # what comes while the worker only begins is lost to Chromium
        await line.send("ServiceWorker.deliverPushMessage", pushed)
        shown = await contacts.evaluate(SHOWN)
        if shown:
            break
    assert shown[:1] == [["Spoed: incident 7", "Doe nu: bel.", "/incident/7"]]
