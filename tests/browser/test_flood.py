"""A diversion: very much happens everywhere, and three people need help."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import serious
from tests.browser.hand import sign_in, until
from tests.dashboard.crowd import DESK, crowded
from tests.dashboard.house import House, opened
from tests.dashboard.town import Town, founded

STATIONS, EVENTS, BATCH = 30, 2000, 50
IN_DANGER = ("post-007", "post-018", "post-029")
S = timedelta(seconds=1)


@pytest.fixture
async def town(
    database_url: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Town]:
    """Give a unit of thirty stations."""
    crowded(tmp_path / "inventory", STATIONS)
    async with founded(
        database_url("wachtpost_collector"),
        database_url("postgres"),
        folder=tmp_path / "inventory",
    ) as found:
        await found.everybody_heard()
        yield found


@pytest.fixture
async def house(
    database_url: Callable[[str], str], town: Town, tmp_path: Path
) -> AsyncIterator[House]:
    async with opened(
        database_url, town, tmp_path, now=lambda: datetime.now(UTC)
    ) as found:
        yield found


async def divert(town: Town) -> None:
    """Have 2,000 events of motion and alarms come within ten minutes, and three cries.

    As the collector stores them: in batches, each judged in one transaction.
    """
    ago = 600 * S
    for first in range(0, EVENTS, BATCH):
        rows = []
        for number in range(first, first + BATCH):
            site = f"post-{number % STATIONS + 1:03}"
            ago = (EVENTS - number) * 0.3 * S
            kind = ("motion.started", "alarm.raised")[number // STATIONS % 2]
            told = {"cause": "motion"} if kind == "alarm.raised" else {}
            rows.append(await town.event(site, kind, ago, 6, 5, **told))
        if first in {500, 1000, 1500}:
            site = IN_DANGER[first // 500 - 1]
            rows.append(await town.event(site, "panic.pressed", ago, 5, 3))
        await town.judged(*rows, ago=ago)


async def test_a_flood_is_one_line_and_three_urgent_stand_above_it_within_ten_s_a5(
    house: House, page: Page
):
    await sign_in(page, house, DESK)
    await divert(house.town)
    heard = house.parts.now()
    line = page.locator("#flood")
    urgent = page.locator("article.incident.urgent")
    await expect(urgent).to_have_count(3, timeout=10_000)
    await expect(line).to_contain_text("Mogelijke afleiding: 30 locaties")
    await until(page, "document.body.dataset.sounding === 'urgent'")
    assert house.parts.now() - heard < timedelta(seconds=10)
    for site in IN_DANGER:
        name = f"Post {int(site[-3:])}: noodknop ingedrukt"
        await expect(urgent.filter(has_text=name)).to_be_visible()
    cards = page.locator("article.incident")
    assert await cards.evaluate_all("all => all.map((one) => one.className)") == [
        *["card incident urgent"] * 3,
        "card incident attention flood",
    ]
    await expect(page.locator(".counts")).to_contain_text("3 spoed")
    row = await house.town.row("select count(*) as n from store.incident_record")
    alarms = sum(number // STATIONS % 2 for number in range(EVENTS))
    assert row["n"] == alarms + 3  # none of them was lost in it


async def test_the_line_opens_the_list_and_stays_open_while_more_comes(
    house: House, page: Page
):
    await sign_in(page, house, DESK)
    for number in range(1, 12):
        await house.town.intrusion(f"post-{number:03}", 5 * S)
    await page.get_by_text("Toon alle 11 incidenten").click()
    lines = page.locator("#flood li[id]")
    await expect(lines).to_have_count(11)
    await expect(lines.first).to_be_visible()
    await house.town.intrusion("post-012", 5 * S)
    await expect(lines).to_have_count(12)
    await expect(lines.first).to_be_visible()
    assert await serious(page) == []
    await lines.first.get_by_role("button", name="Ik pak dit op").click()
    await expect(lines).to_have_count(11)
    await expect(page.locator("article.incident.taken")).to_have_count(1)
