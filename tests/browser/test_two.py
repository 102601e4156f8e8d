"""Two people at two screens: each sees what the other does, and one of them has it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.hand import sign_in, sounding, until
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, OWNER

NOW = timedelta()
ROLES = {OWNER: "coördinator", COLLEAGUE: "24-uursdesk"}
TAKE = "Ik pak dit op"
Desks = dict[str, Page]


@pytest.fixture
async def desks(browser: Browser, house: House) -> AsyncIterator[Desks]:
    """Give two people a browser each, which know nothing of one another."""
    contexts = [
        await browser.new_context(base_url=house.address, locale="nl-NL") for _ in ROLES
    ]
    pages = dict(zip(ROLES, [await each.new_page() for each in contexts], strict=True))
    for person, page in pages.items():
        await sign_in(page, house, person)
    yield pages
    for context in contexts:
        await context.close()


class Gate:
    """Holds each browser's press up until all have pressed; then lets all go."""

    def __init__(self) -> None:
        self.passed = asyncio.Barrier(len(ROLES))

    async def __call__(self, route: Route) -> None:
        await self.passed.wait()
        await route.continue_()


async def test_of_two_who_take_it_at_once_one_wins_and_the_other_is_told_who(
    house: House, desks: Desks
):
    incident = await house.town.panic(ago=NOW)
    gate = Gate()
    for page in desks.values():
        await page.route(f"**/incident/{incident}/take", gate)
    await asyncio.gather(
        *(page.get_by_role("button", name=TAKE).click() for page in desks.values())
    )
    for page in desks.values():
        await expect(page.locator(".incident.taken")).to_be_visible()
    row = await house.town.row("select owner from store.incident")
    winner = row["owner"]
    (loser,) = ROLES.keys() - {winner}
    told = f"Al opgepakt door: {ROLES[winner]}."
    await expect(desks[loser].locator("#refused")).to_contain_text(told)
    await expect(desks[winner].locator("#refused")).to_be_empty()
    for page in desks.values():
        await expect(page.get_by_text(f"opgepakt: {ROLES[winner]}")).to_be_visible()
        await until(page, "!document.body.dataset.sounding")
    log = await house.town.row(
        "select count(*) as n from store.incident_log where what = 'acknowledged'"
    )
    assert log["n"] == 1


async def test_a_second_person_sees_who_is_on_it_and_what_he_does(
    house: House, desks: Desks
):
    incident = await house.town.intrusion(ago=NOW)
    first, second = desks[COLLEAGUE], desks[OWNER]
    await expect(second.get_by_text("nog niet opgepakt")).to_be_visible()
    assert await sounding(second) == "attention"
    await second.goto(f"/incident/{incident}")
    await second.mouse.click(5, 5)  # a page may sound after a gesture alone
    await first.goto(f"/incident/{incident}")
    await first.get_by_role("button", name=TAKE).click()
    await expect(second.get_by_text("Opgepakt door 24-uursdesk")).to_be_visible()
    await expect(second.get_by_role("button", name=TAKE)).to_be_hidden()
    await first.locator("button.tick:enabled").first.click()
    done = second.locator("button.tick[aria-pressed=true]")
    await expect(done).to_have_count(1)
    await expect(second.locator(".steps li.done .when")).to_contain_text("24-uursdesk")
    await first.get_by_text("Overdragen", exact=True).click()
    await first.get_by_label("Aan wie?").select_option("role:coordinator")
    await first.get_by_role("button", name="Draag over").click()
    await expect(second.get_by_role("button", name=TAKE)).to_be_visible()
    await until(second, "document.body.dataset.sounding === 'attention'")
