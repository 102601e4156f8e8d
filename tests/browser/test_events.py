"""All events of a place, read page by page in a browser."""

import re
from datetime import timedelta

from playwright.async_api import Page, expect

from tests.browser.hand import sign_in
from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, OWNER

MINUTE = timedelta(minutes=1)


async def shown(page: Page) -> list[int]:
    """Give what stands in the list, by the number that each record says."""
    lines = await page.locator("ol.log li").all_inner_texts()
    return [int(one) for line in lines for one in re.findall(r"\b(\d{4}) ", line)]


async def test_each_record_is_met_once_on_the_way_back(house: House, page: Page):
    for each in range(205):
        slow = (each % 2) * 90 * MINUTE
        ago = (each // 10 + 5) * MINUTE
        number = 1000 + each
        await house.town.slow(slow, HAVEN, "visits.repeated", ago, 6, 5, visits=number)
    await sign_in(page, house, OWNER)
    await page.goto(f"/site/{HAVEN}")
    await page.get_by_role("link", name="Alle gebeurtenissen").click()
    found = await shown(page)
    while await page.locator("#older").count():
        older = await page.locator("#older").get_attribute("href")
        await page.locator("#older").click()
        await page.wait_for_url(f"**{older}")
        found += await shown(page)
    assert sorted(found) == list(range(1000, 1205))
    await expect(page.locator("#cover")).to_be_hidden()
    await page.get_by_role("link", name="Naar de laatste").click()
    await expect(page.locator("ol.log li")).to_have_count(100)


async def test_the_devices_own_time_is_read_beside_the_right_one(
    house: House, page: Page
):
    row = await house.town.slow(90 * MINUTE, HAVEN, "panic.pressed", MINUTE, 2, 2)
    await sign_in(page, house, OWNER)
    await page.goto(f"/site/{HAVEN}/events")
    line = page.locator("ol.log li").first
    await expect(line).to_contain_text("(apparaat: ")
    assert await line.locator("time").get_attribute("datetime") == (
        row.moment.isoformat()
    )
    await expect(page.locator("p.own")).to_contain_text("liep niet gelijk")
