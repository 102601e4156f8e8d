"""The roster and the time of an owner, as people see and use them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import serious
from tests.browser.hand import sign_in
from tests.dashboard.house import House

COORDINATOR, DEPUTY = "duinland-coordinator", "duinland-deputy"
NARROW: ViewportSize = {"width": 360, "height": 740}


def tomorrow() -> str:
    at = datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(days=1)
    return f"{at:%Y-%m-%dT%H:%M}"


async def test_a_change_of_the_roster_is_on_a_colleagues_screen_at_once(
    house: House, page: Page, browser: Browser
):
    await sign_in(page, house, COORDINATOR)
    await page.get_by_role("link", name="Rooster").click()
    async with await browser.new_context(
        base_url=house.address, locale="nl-NL"
    ) as theirs:
        other = await theirs.new_page()
        await sign_in(other, house, DEPUTY)
        await other.goto("/roster")
        await expect(other.locator("#live")).to_contain_text("geen wijzigingen")

        await page.get_by_label("Dienst", exact=True).check()
        await page.get_by_label("Wie", exact=True).select_option(DEPUTY)
        await page.get_by_label("Tot (hooguit 31 dagen)").fill(tomorrow())
        await page.get_by_role("button", name="Wijzig het rooster").press("Enter")

        now = other.get_by_role("region", name="Nu dienst")
        await expect(now).to_contain_text(DEPUTY)
        await expect(now).to_contain_text("Niemand vervangt")
        await other.get_by_role("button", name="Trek in").click()
        await expect(page.get_by_text(f"Ingetrokken door {DEPUTY}")).to_be_visible()


async def test_the_roster_is_open_to_everybody_in_both_themes_and_languages(
    house: House, page: Page
):
    await sign_in(page, house, COORDINATOR)
    guest = await house.guest(COORDINATOR)
    await guest.post("/roster", part="first", person=DEPUTY, until=tomorrow())
    await page.goto("/roster")
    for language in ("nl", "en"):
        await page.goto("/roster")
        await expect(page.locator("html")).to_have_attribute("lang", language)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            assert await serious(page) == [], (language, theme)
            await page.set_viewport_size(NARROW)
            assert await serious(page) == [], (language, theme, "narrow")
            wide = await page.evaluate(
                "document.documentElement.scrollWidth > innerWidth"
            )
            assert not wide, "nothing is cut off at 360 px"
            await page.set_viewport_size({"width": 1280, "height": 800})
        await page.locator("summary", has_text="co").first.click()
        await page.get_by_role("button", name=re.compile("In ")).click()


async def test_an_owner_draws_his_time_out_by_one_button(house: House, page: Page):
    incident = await house.town.intrusion()
    await sign_in(page, house, COORDINATOR)
    await page.goto(f"/incident/{incident}")
    await expect(
        page.get_by_text("Pakt niemand het op, dan gaat het om")
    ).to_be_visible()
    await page.get_by_role("button", name="Ik pak dit op").click()
    still = page.get_by_role("button", name="Ik ben er nog mee bezig")
    await expect(still).to_be_visible()
    before = await house.town.row("select taken_until as t from store.incident")
    assert before["t"] > datetime.now(UTC)
    assert await serious(page) == []
    await still.press("Enter")
    await expect(page.get_by_text("Nog mee bezig: coördinator")).to_be_visible()
    after = await house.town.row("select taken_until as t from store.incident")
    assert after["t"] > before["t"]
