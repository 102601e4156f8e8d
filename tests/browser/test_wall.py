"""A screen on a wall, and a card on paper: what is read away from the desk."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from dashboard.wall import LINES_MOST
from tests.browser.axe import serious
from tests.browser.hand import sign_in, until
from tests.dashboard.crowd import DESK, crowded
from tests.dashboard.house import House, opened
from tests.dashboard.town import Town, founded

NOW = timedelta()
# ISO 9241-303: at least 16 minutes of arc, so a capital of 28 mm at six metres. A
# screen of 55 inches is 1218 mm wide; a capital of this letter is 0.698 of its size.
CAPITAL_MM = 28
SCREEN_MM, CAPITAL = 1218, 0.698
SIZE = "parseFloat(getComputedStyle(document.querySelector('.wall .what')).fontSize)"
FITS = "document.documentElement.scrollHeight <= window.innerHeight"


@pytest.fixture
async def town(
    database_url: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Town]:
    """Give a unit of many stations."""
    crowded(tmp_path / "inventory", LINES_MOST + 3)
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


async def hang(page: Page, house: House) -> None:
    """Make this browser a wall screen."""
    await sign_in(page, house, DESK)
    await page.goto("/wall")
    await page.get_by_role("button", name="Maak van dit scherm").click()
    await expect(page.get_by_role("button", name="Maak van")).to_be_hidden()
    await page.mouse.click(5, 5)


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)], ids=str)
async def test_a_full_wall_is_read_from_six_metres_without_scrolling(
    house: House, page: Page, size: tuple[int, int]
):
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await hang(page, house)
    for number in range(1, LINES_MOST + 3):
        await house.town.intrusion(f"post-{number:03}", NOW)
    lines = page.locator(".wall li.attention")
    await house.town.pen.execute(
        """update store.incident set title = jsonb_build_object('nl',
                  'NIET bewaakt: camera buiten onklaar gemaakt, vermoedelijk sabotage',
                  'en', '-') where incident in (1, 4)"""
    )
    await expect(lines).to_have_count(LINES_MOST)
    await expect(page.get_by_text("en nog 2 regels")).to_be_visible()
    await page.reload()  # with titles that take two lines
    await expect(lines.filter(has_text="sabotage")).to_have_count(2)
    capital = await page.evaluate(SIZE) * CAPITAL * SCREEN_MM / size[0]
    assert capital >= CAPITAL_MM
    assert await page.evaluate(FITS)
    assert await serious(page) == []


async def test_the_wall_changes_and_sounds_by_itself(house: House, page: Page):
    await hang(page, house)
    await expect(page.get_by_text("Geen open incidenten")).to_be_visible()
    incident = await house.town.intrusion("post-002", NOW)
    await expect(page.locator(".wall li.attention")).to_contain_text("Post 2")
    await until(page, "document.body.dataset.sounding === 'attention'")
    await (await house.guest(DESK)).post(f"/incident/{incident}/take")
    await expect(page.locator(".wall li.taken")).to_contain_text("opgepakt: 24-uurs")
    await until(page, "!document.body.dataset.sounding")


async def test_a_key_does_nothing_on_a_wall(house: House, page: Page):
    await hang(page, house)
    await house.town.intrusion("post-002", NOW)
    await expect(page.locator(".wall li.attention")).to_be_visible()
    for key in ("t", "F2", "o", "?"):
        await page.keyboard.press(key)
    row = await house.town.row("select state from store.incident")
    assert row == {"state": "open"}


async def test_on_paper_the_card_is_the_card_alone(house: House, page: Page):
    incident = await house.town.intrusion("post-002", NOW)
    await sign_in(page, house, DESK)
    await page.goto(f"/incident/{incident}/card")
    button = page.get_by_role("button", name="Druk af")
    await expect(button).to_be_visible()
    assert await serious(page) == []
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.get_by_role("heading", name="Post 2")).to_be_visible()
    for gone in (button, page.locator(".bar"), page.locator(".crumb")):
        await expect(gone).to_be_hidden()
    ink = "getComputedStyle(document.querySelector('.hand-card h1')).color"
    assert await page.evaluate(ink) == "rgb(23, 32, 43)"  # dark on white, in any theme
