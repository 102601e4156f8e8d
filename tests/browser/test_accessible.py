"""Every page of the desk before axe-core: both themes, both languages, three widths.

Nothing serious or critical (WCAG 2.2 AA), and nothing that has to be pushed sideways.
"""

from collections.abc import AsyncIterator
from itertools import product
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from dashboard.parts import SESSION_COOKIE
from tests.browser.axe import serious
from tests.browser.hand import until
from tests.browser.scene import play
from tests.browser.screenshots import Shot, shots
from tests.dashboard.house import House

pytestmark = pytest.mark.timeout(400)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NARROW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
async def evening(house: House) -> list[Shot]:
    """Give every page of an evening in the town."""
    found = list(shots(await play(house.town)))
    await house.keep_blobs()
    return [shot for shot in found if not shot.lost]


@pytest.fixture(params=list(product(SCHEMES, ("nl", "en"))), ids="-".join)
async def look(
    request: pytest.FixtureRequest, browser: Browser, house: House
) -> AsyncIterator[BrowserContext]:
    """Give a browser of one theme and one language."""
    scheme, language = request.param
    context = await browser.new_context(
        base_url=house.address,
        color_scheme=scheme,
        locale=language,
        viewport={"width": 1280, "height": 900},
    )
    await context.add_cookies(
        [{"name": "taal", "value": language, "url": house.address}]
    )
    yield context
    await context.close()


async def enter(page: Page, house: House, person: str | None) -> None:
    """Sign this person in, or nobody."""
    await page.context.clear_cookies(name=SESSION_COOKIE)
    if person is None:
        return
    agent = await page.evaluate("navigator.userAgent")
    guest = await house.guest(person, **{"user-agent": agent})
    secret = guest.client.cookies[SESSION_COOKIE]
    cookie = {"name": SESSION_COOKIE, "value": secret, "url": house.address}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict


async def fits(page: Page) -> bool:
    """Tell whether a page fits its screen; charts take a moment to follow."""
    try:
        await until(page, NARROW, 3)
    except TimeoutError:
        return False
    return True


async def test_no_page_has_a_serious_finding(
    house: House, look: BrowserContext, evening: list[Shot]
):
    page = await look.new_page()
    wrong: dict[str, list[str]] = {}
    for shot in sorted(evening, key=lambda one: one.person or ""):
        await enter(page, house, shot.person)
        await page.goto(shot.path)
        await page.wait_for_load_state("load")
        if found := await serious(page):
            wrong[shot.name] = found
        for width in (360, 1280, 1920):
            await page.set_viewport_size({"width": width, "height": 900})
            if not await fits(page):
                wrong.setdefault(shot.name, []).append(f"too wide at {width}")
    assert wrong == {}
