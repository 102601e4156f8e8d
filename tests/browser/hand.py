"""What a person does in a browser, in the words of a test."""

import asyncio

from playwright.async_api import Page, expect

from tests.dashboard.house import House


async def sign_in(page: Page, house: House, person: str) -> None:
    """Open a link, press the button, test the sound, go on to the first page."""
    await page.goto(await house.link(person))
    await page.get_by_role("button", name="Meld mij aan").click()
    await page.get_by_role("button", name="Test het geluid").click()
    await page.get_by_role("link", name="Ik hoorde het, verder").click()
    await expect(page.locator("#live")).to_be_visible()


async def sounding(page: Page) -> str | None:
    """Give the pattern that a page sounds at this moment."""
    found: str | None = await page.evaluate("document.body.dataset.sounding ?? null")
    return found


async def until(page: Page, condition: str, seconds: float = 10) -> None:
    """Wait until a script's condition holds in the page.

    Not by Playwright's wait_for_function: it makes code from text inside the page,
    which the policy of the pages forbids.
    """
    async with asyncio.timeout(seconds):
        await page.evaluate(
            f"""() => new Promise((done) => {{
                const look = () => ({condition}) ? done() : setTimeout(look, 20);
                look();
            }})"""
        )
