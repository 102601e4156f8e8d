"""Passkeys in a real browser, with Chromium's own virtual authenticator."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, expect

from dashboard.asker import FRESH
from tests.dashboard.house import House, opened
from tests.dashboard.town import HAVEN, OWNER, Town

PHONE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True)
class Phone:
    """The authenticator of one browser."""

    line: CDPSession
    id: str

    async def passkeys(self) -> list[dict[str, Any]]:
        given = {"authenticatorId": self.id}
        found = await self.line.send("WebAuthn.getCredentials", given)
        kept: list[dict[str, Any]] = found["credentials"]
        return kept

    async def recognise(self, *, owner: bool) -> None:
        """Let it find that the finger is (not) its owner's."""
        given = {"authenticatorId": self.id, "isUserVerified": owner}
        await self.line.send("WebAuthn.setUserVerified", given)


@pytest.fixture
async def house(
    database_url: Callable[[str], str], town: Town, tmp_path: Path
) -> AsyncIterator[House]:
    """Give a dashboard that requires passkeys, as one behind TLS does."""
    required = {"passkeys": "required"}
    async with opened(
        database_url, town, tmp_path, now=lambda: datetime.now(UTC), given=required
    ) as found:
        found.address = found.parts.settings.address
        yield found


@pytest.fixture
async def phone(context: BrowserContext, page: Page) -> Phone:
    line = await context.new_cdp_session(page)
    await line.send("WebAuthn.enable")
    made = await line.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return Phone(line, made["authenticatorId"])


async def enrol(page: Page, house: House, person: str) -> None:
    """Open a link, and make the passkey that it asks for."""
    await page.goto(await house.link(person))
    await page.get_by_role("button", name="Meld mij aan").click()
    await page.get_by_role("button", name="Maak een passkey").click()
    await page.wait_for_url("**/sound*")


async def sign_out(page: Page) -> None:
    await page.goto("/")
    await page.locator("#account summary").click()
    await page.get_by_role("button", name="Afmelden").click()
    await page.wait_for_url("**/signed-out")


async def test_from_a_link_to_a_passkey_and_in_again_without_a_name(
    house: House, page: Page, phone: Phone
):
    await page.goto(await house.link(OWNER))
    await page.get_by_role("button", name="Meld mij aan").click()
    await expect(page.get_by_label("Naam van dit apparaat")).to_have_value("Linux")
    await page.get_by_label("Naam van dit apparaat").fill("Bureau 3")
    await page.get_by_role("button", name="Maak een passkey").click()
    await page.wait_for_url("**/sound*")
    (kept,) = await phone.passkeys()
    assert kept["rpId"] == "localhost"
    assert kept["isResidentCredential"]
    assert kept["userName"] == OWNER
    await sign_out(page)
    await page.get_by_role("link", name="Aanmelden bij Wachtpost").click()
    await page.get_by_role("button", name="Meld mij aan met een passkey").click()
    await page.get_by_role("link", name="Ik hoorde het, verder").click()
    await expect(page.get_by_role("heading", name="Open incidenten")).to_be_visible()
    row = await house.town.row("select name, used is not null as used"
                               " from store.passkey")  # fmt: skip
    assert row == {"name": "Bureau 3", "used": True}


async def test_before_a_passkey_is_made_a_link_opens_nothing_else(
    house: House, page: Page
):
    await page.goto(await house.link(OWNER))
    await page.get_by_role("button", name="Meld mij aan").click()
    await page.wait_for_url("**/passkeys")
    for path in ("/", f"/site/{HAVEN}", "/sound"):
        await page.goto(path)
        await expect(page.get_by_role("alert")).to_contain_text(
            "Maak eerst een passkey"
        )
    await page.get_by_role("link", name="Verder").click()
    await page.get_by_role("button", name="Afmelden").click()
    await page.wait_for_url("**/signed-out")


async def test_a_finger_that_is_not_the_owners_does_not_get_in(
    house: House, page: Page, phone: Phone
):
    await enrol(page, house, OWNER)
    await sign_out(page)
    await phone.recognise(owner=False)
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Meld mij aan met een passkey").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Er is niets gebeurd")
    await phone.recognise(owner=True)
    await page.get_by_role("button", name="Meld mij aan met een passkey").click()
    await page.wait_for_url("**/sound*")


async def test_a_revoked_passkey_is_told_so_and_so_is_one_that_is_there(
    house: House, page: Page, phone: Phone
):
    await enrol(page, house, OWNER)
    await page.goto("/passkeys")
    await page.get_by_role("button", name="Maak een passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("heeft al een passkey")
    await page.get_by_text("Intrekken", exact=True).click()
    await page.get_by_role("button", name="Trek Linux in").click()
    await page.wait_for_url("**/signed-out")
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Meld mij aan met een passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("werkt hier niet (meer)")
    assert len(await phone.passkeys()) == 1


async def test_it_is_done_by_keyboard_alone(house: House, page: Page, phone: Phone):
    await enrol(page, house, OWNER)
    await sign_out(page)
    await page.goto("/sign-in")
    await page.keyboard.press("Tab")
    focused = "document.activeElement.textContent"
    assert await page.evaluate(focused) == "Meld mij aan met een passkey"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sound*")
    assert len(await phone.passkeys()) == 1


async def test_another_passkey_takes_a_fresh_proof_which_leads_back(
    house: House, page: Page, phone: Phone
):
    await enrol(page, house, OWNER)
    await house.town.pen.execute(
        "update store.session set proven = proven - %s", [FRESH]
    )
    await page.goto("/passkeys")
    await page.get_by_text("Intrekken", exact=True).click()
    await page.get_by_role("button", name="Trek Linux in").click()
    await expect(page.get_by_role("alert")).to_contain_text("Bevestig eerst")
    await page.get_by_role("link", name="Verder").click()
    await page.get_by_role("button", name="Bevestig met uw passkey").click()
    await page.wait_for_url("**/passkeys")
    assert len(await phone.passkeys()) == 1
    await page.get_by_text("Intrekken", exact=True).click()
    await page.get_by_role("button", name="Trek Linux in").click()
    await page.wait_for_url("**/signed-out")


async def test_closing_a_top_priority_asks_the_passkey_and_keeps_what_was_written(
    house: House, page: Page, phone: Phone
):
    await enrol(page, house, OWNER)
    incident = await house.town.panic()
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    await house.town.pen.execute(
        "update store.session set proven = proven - %s", [FRESH]
    )
    await page.goto(f"/incident/{incident}")
    await page.get_by_role("button", name="Ik pak dit op").click()
    await expect(page.get_by_text("Opgepakt door coördinator")).to_be_visible()
    await page.get_by_label("Vals alarm").check()
    await page.get_by_label("Wat was er aan de hand?").fill("Per ongeluk.")
    await page.get_by_role("button", name="Afronden").click()
    again = page.get_by_role("button", name="Bevestig met uw passkey")
    await expect(again).to_be_in_viewport()
    await again.click()
    await expect(page.locator("#refused")).to_contain_text("Doe het nu nog eens")
    # A page that is renewed meanwhile leaves the form alone.
    await house.town.pen.execute("notify incident, 'duinland 0'")
    await page.wait_for_timeout(500)
    # The proof put the session under a new secret, and the page knows.
    await expect(page.locator("#cover")).to_be_hidden()
    await page.get_by_role("button", name="Afronden").click()
    await expect(page.get_by_text("Vals alarm: Per ongeluk.")).to_be_visible()
    assert len(await phone.passkeys()) == 1
