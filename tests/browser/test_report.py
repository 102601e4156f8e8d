"""The CSO's page in a browser: open to everybody, narrow, wide and on paper."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.axe import serious
from tests.browser.hand import sign_in
from tests.dashboard.house import House
from tests.dashboard.past import happened, last_month

NARROW: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
async def eventful(house: House) -> House:
    alarm, panic = await house.town.intrusion(), await house.town.panic()
    await happened(house.town, alarm, 31, taken_s=60)
    await happened(house.town, alarm, 9, "false", taken_s=150)
    await happened(house.town, panic, 11, taken_s=12)
    return house


async def test_the_report_is_open_to_everybody_in_both_themes_and_languages(
    eventful: House, page: Page
):
    await sign_in(page, eventful, "cso")
    for language in ("nl", "en"):
        await expect(page.locator("html")).to_have_attribute("lang", language)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            for size in (NARROW, WIDE):
                await page.set_viewport_size(size)
                assert await serious(page) == [], (language, theme, size)
                wide = await page.evaluate(
                    "document.documentElement.scrollWidth > innerWidth"
                )
                assert not wide, "nothing is cut off"
        await page.locator("#account summary").click()
        await (
            page.get_by_role("button", name="English")
            .or_(page.get_by_role("button", name="Nederlands"))
            .click()
        )


async def test_another_period_is_chosen_without_a_script(eventful: House, page: Page):
    await sign_in(page, eventful, "cso")
    year = str(last_month().year - 1)
    await page.get_by_label("Periode").select_option(year)
    await page.get_by_role("button", name="Toon").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(year)
    assert page.url.endswith(f"/report?period={year}")


async def test_on_paper_are_the_figures_and_nothing_to_press(
    eventful: House, page: Page, tmp_path: Path
):
    await sign_in(page, eventful, "cso")
    await page.emulate_media(media="print")
    for name in ("Toon", "Download als CSV"):
        button = page.get_by_text(name, exact=True)
        await expect(button).to_be_hidden()
    await expect(page.get_by_role("table").first).to_be_visible()
    paper = tmp_path / "report.pdf"
    await page.pdf(path=paper, format="A4")
    assert paper.read_bytes().startswith(b"%PDF")
