"""From the insert of an incident to its resolution, by eye, ear and hand."""

import re
from datetime import timedelta

from playwright.async_api import BrowserContext, Page, Route, expect

from tests.browser.hand import sign_in, sounding, until
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, HAVEN, KIT, OWNER

NOW = timedelta()


async def test_a_new_incident_is_seen_and_heard_within_a_second_without_reload(
    house: House, page: Page
):
    await sign_in(page, house, OWNER)
    await expect(page.get_by_text("Geen open incidenten", exact=True)).to_be_visible()
    await page.evaluate("window.stillTheSamePage = true")
    assert await sounding(page) is None
    await house.town.panic(ago=NOW)
    await expect(page.get_by_role("heading", name="noodknop")).to_be_visible(
        timeout=1000
    )
    await until(page, "document.body.dataset.sounding === 'urgent'", 1)
    assert await page.evaluate("document.body.dataset.audible") == "true"
    await expect(page).to_have_title(re.compile(r"^\(1\) Eenheid Duinland"))
    assert await page.evaluate("window.stillTheSamePage")
    sounded = "Number(document.body.dataset.sounded)"
    before = await page.evaluate(sounded)
    await until(page, f"{sounded} > {before}")  # again, until somebody takes it


async def test_taking_it_silences_it_on_every_open_page(
    house: House, page: Page, context: BrowserContext
):
    await sign_in(page, house, COLLEAGUE)
    other = await context.new_page()
    await other.goto("/")
    await other.mouse.click(5, 5)
    await house.town.intrusion(ago=NOW)
    for each in (page, other):
        await until(each, "document.body.dataset.sounding === 'attention'")
    await page.get_by_role("button", name="Ik pak dit op").click()
    for each in (page, other):
        await expect(each.get_by_text("opgepakt: 24-uursdesk")).to_be_visible()
        await until(each, "!document.body.dataset.sounding")
    await expect(page).to_have_title("Eenheid Duinland - Wachtpost")


async def test_an_incident_is_taken_ticked_off_and_resolved(house: House, page: Page):
    await sign_in(page, house, COLLEAGUE)
    await house.town.intrusion(ago=NOW)
    await page.get_by_role("link", name="Bekijk", exact=True).click()
    await page.get_by_role("button", name="Ik pak dit op").click()
    await expect(page.get_by_text("Opgepakt door 24-uursdesk")).to_be_visible()
    await expect(page.get_by_role("button", name="Afronden")).to_be_disabled()
    steps = page.locator("li:has(.must) button.tick[aria-pressed=false]")
    for left in range(await steps.count(), 0, -1):
        await steps.first.click()
        await expect(steps).to_have_count(left - 1)
    await page.get_by_label("Vals alarm").check()
    await page.get_by_label("Wat was er aan de hand?").fill("De schoonmaak.")
    await page.get_by_role("button", name="Afronden").click()
    await expect(page.get_by_text("Vals alarm: De schoonmaak.")).to_be_visible()
    row = await house.town.row("select state, outcome, owner from store.incident")
    assert row == {"state": "resolved", "outcome": "false", "owner": COLLEAGUE}


async def test_the_same_by_keyboard_alone(house: House, page: Page):
    await house.town.panic(site="r7lm-wt", ago=NOW)
    await page.goto(await house.link(OWNER))
    await _press_on(page, "Meld mij aan")
    await page.wait_for_url("**/sound*")
    await _press_on(page, "Test het geluid")
    await _press_on(page, "Ik hoorde het, verder")
    await expect(page.get_by_role("heading", name="noodknop")).to_be_visible()
    await page.keyboard.press("F2")
    await expect(page.get_by_text("opgepakt: coördinator")).to_be_visible()
    await _press_on(page, "Bekijk")
    await expect(page.locator("h1")).to_contain_text("noodknop")
    await _press_on(page, "Afvinken")
    await expect(page.locator("button.tick[aria-pressed=true]")).to_have_count(1)
    row = await house.town.row(
        "select count(*) as n from store.incident_step where done_by = %s", OWNER
    )
    assert row["n"] == 1


async def _press_on(page: Page, name: str) -> None:
    """Go on with the tab key until what has the focus is so named, and press it."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            "document.activeElement.ariaLabel ?? document.activeElement.innerText"
        )
        if name in (found or ""):
            await page.keyboard.press("Enter")
            return
    raise AssertionError(name)


async def test_what_somebody_is_writing_outlives_news(house: House, page: Page):
    await sign_in(page, house, COLLEAGUE)
    await house.town.intrusion(ago=NOW)
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    await page.get_by_role("link", name="Bekijk", exact=True).click()
    await page.get_by_label("Onnodig alarm").check()
    await page.get_by_label("Wat was er aan de hand?").fill("Een kat")
    await page.get_by_text("Overdragen", exact=True).click()
    await house.town.panic(ago=NOW)
    await expect(page.locator(".counts .tag.urgent")).to_have_text("1 spoed")
    await expect(page.get_by_label("Wat was er aan de hand?")).to_have_value("Een kat")
    await expect(page.get_by_label("Onnodig alarm")).to_be_checked()
    await expect(page.get_by_label("Aan wie?")).to_be_visible()


async def test_a_refusal_is_said_on_the_page(house: House, page: Page):
    await sign_in(page, house, COLLEAGUE)
    incident = await house.town.intrusion(ago=NOW)
    button = page.get_by_role("button", name="Ik pak dit op")
    await expect(button).to_be_visible()
    rival = await house.guest(OWNER)

    async def second(route: Route) -> None:
        # Between this person's press and its arrival somebody else was first.
        await rival.post(f"/incident/{incident}/take")
        await expect(button).to_be_hidden()  # the page has heard of it
        await route.continue_()

    await page.route(f"**/incident/{incident}/take", second)
    await button.click()
    await expect(page.locator("#refused")).to_contain_text(
        "Al opgepakt door: coördinator."
    )


async def test_without_a_gesture_the_page_says_that_it_cannot_be_heard(
    house: House, page: Page
):
    agent = await page.evaluate("navigator.userAgent")
    guest = await house.guest(OWNER, **{"user-agent": agent})
    await page.context.add_cookies(
        [
            {"name": name, "value": value, "url": house.address}
            for name, value in guest.client.cookies.items()
        ]
    )
    await page.goto("/")
    strip = page.locator("#sound-off")
    await expect(strip).to_be_visible()
    await house.town.panic(ago=NOW)
    await expect(page.get_by_role("heading", name="noodknop")).to_be_visible()
    assert await sounding(page) is None
    await strip.get_by_role("button").click()
    await until(page, "document.body.dataset.sounding === 'urgent'")
    await expect(strip).to_be_hidden()


async def test_charts_are_drawn_on_the_axis_of_the_time_line(house: House, page: Page):
    await house.town.measured(HAVEN, 8, "temperature", lambda share: 20 + share)
    await sign_in(page, house, OWNER)
    await page.locator("#place-bureau-haven").get_by_role("link").click()
    await until(page, "document.querySelector('[data-charts]').dataset.drawn === '1'")
    await expect(page.locator(".chart canvas")).to_be_visible()
    over = await page.evaluate("document.querySelector('.chart .u-over').offsetLeft")
    wide = await page.evaluate("document.querySelector('svg.lanes').clientWidth")
    assert abs(over - wide * 190 / 1190) < 2


async def test_pages_work_without_javascript_but_for_what_lives(
    house: House, page: Page
):
    incident = await house.town.panic(site=KIT, ago=NOW)
    browser = page.context.browser
    assert browser is not None
    bare = await browser.new_context(
        base_url=house.address, java_script_enabled=False, locale="nl-NL"
    )
    plain = await bare.new_page()
    await plain.goto(await house.link(COLLEAGUE))
    await plain.get_by_role("button", name="Meld mij aan").click()
    await plain.get_by_role("link", name="Ik hoorde het, verder").click()
    await expect(plain.get_by_text("Zonder JavaScript")).to_be_visible()
    await plain.get_by_role("button", name="Ik pak dit op").click()
    await plain.goto(f"/incident/{incident}")
    await plain.locator("button.tick:enabled").first.click()
    await expect(plain.locator("button.tick[aria-pressed=true]")).to_have_count(1)
    await bare.close()
