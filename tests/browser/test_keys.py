"""By keyboard alone: an incident from the list to its end; and letters turned off."""

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.browser.hand import sign_in
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE

NOW = timedelta()
STATION = "bureau-station"
ITEM = "document.activeElement.closest('[data-item]')?.id ?? null"


async def item(page: Page) -> str | None:
    """Give the item in which the focus is."""
    found: str | None = await page.evaluate(ITEM)
    return found


async def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(selector)


async def test_an_incident_is_taken_worked_through_and_resolved_by_keys_alone(
    house: House, page: Page
):
    await sign_in(page, house, COLLEAGUE)
    first = await house.town.intrusion(ago=2 * timedelta(minutes=1))
    second = await house.town.intrusion(STATION, ago=NOW)
    await expect(page.locator("article[data-item]")).to_have_count(2)
    for key, wanted in (("j", first), ("j", second), ("j", second), ("k", first)):
        await page.keyboard.press(key)
        assert await item(page) == f"incident-{wanted}"
    await page.keyboard.press("j")
    await page.keyboard.press("t")
    await expect(page.locator(f"#incident-{second}.taken")).to_be_visible()
    assert await item(page) == f"incident-{second}"  # it has moved; he has not
    await page.keyboard.press("o")
    await page.wait_for_url(f"**/incident/{second}")
    await tick_all(page)
    await close(page, "joke of a jolly kat? toto")
    row = await house.town.row(
        "select owner, state from store.incident where incident = %s", second
    )
    assert row == {"owner": COLLEAGUE, "state": "resolved"}


async def tick_all(page: Page) -> None:
    """Go from step to step and tick each off."""
    due = page.locator("li:has(.must) button.tick[aria-pressed=false]")
    steps = await page.locator("li[data-item]:has(button:enabled)").count()
    for _ in range(steps):
        await page.keyboard.press("j")
        name = await item(page)
        assert name is not None
        await page.keyboard.press("Enter")
        await expect(page.locator(f"#{name} button[aria-pressed=true]")).to_be_visible()
        assert await item(page) == name
    await expect(due).to_have_count(0)


async def close(page: Page, sentence: str) -> None:
    """Choose an outcome and write what it was, in letters that are keys elsewhere."""
    await tab_to(page, "input[name=outcome]")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "textarea")
    await page.keyboard.type(sentence)
    await expect(page.locator("textarea")).to_have_value(sentence)
    await tab_to(page, "#resolve button")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(sentence)).to_be_visible()


async def test_a_question_mark_says_the_keys_and_turns_the_letters_off(
    house: House, page: Page
):
    await sign_in(page, house, COLLEAGUE)
    await house.town.intrusion(ago=NOW)
    await expect(page.locator("article[data-item]")).to_have_count(1)
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Toetsen")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("t")  # while it is open a letter does nothing
    await dialog.get_by_role("checkbox").uncheck()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await page.keyboard.press("j")
    assert await item(page) is None
    await page.keyboard.press("t")
    await page.reload()
    await page.keyboard.press("t")
    await expect(page.get_by_text("nog niet opgepakt")).to_be_visible()
    await page.keyboard.press("?")
    await dialog.get_by_role("checkbox").check()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await page.keyboard.press("t")
    await expect(page.get_by_text("opgepakt: 24-uursdesk")).to_be_visible()


async def test_a_letter_with_a_modifier_is_the_browsers(house: House, page: Page):
    await sign_in(page, house, COLLEAGUE)
    await house.town.intrusion(ago=NOW)
    await expect(page.locator("article[data-item]")).to_have_count(1)
    for modifier in ("Control", "Alt", "Meta"):
        await page.keyboard.press(f"{modifier}+j")
        assert await item(page) is None
