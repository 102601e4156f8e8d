"""Sensitive acts: a passkey used a moment ago, or nothing happens."""

import pytest

from dashboard.asker import FRESH
from tests.dashboard.house import Guest, House
from tests.dashboard.town import OUTSIDER, OWNER

CLOSE = {"outcome": "false", "sentence": "Per ongeluk."}


@pytest.fixture
async def urgent(house: House) -> int:
    incident = await house.town.panic()
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    return incident


async def aged(house: House, how: str = "link") -> None:
    """Let every proof be too old, and every session have begun in some way."""
    await house.town.pen.execute(
        "update store.session set proven = proven - %s, how = %s", [FRESH, how]
    )


async def state(house: House) -> str:
    row = await house.town.row("select state from store.incident")
    found: str = row["state"]
    return found


async def close(guest: Guest, incident: int) -> int:
    return (await guest.post(f"/incident/{incident}/resolve", **CLOSE)).status_code


async def test_a_top_priority_is_closed_by_who_just_proved_who_he_is(
    house: House, urgent: int
):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    await aged(house)
    answer = await guest.post(f"/incident/{urgent}/resolve", **CLOSE)
    assert answer.status_code == 403
    assert "Bevestig eerst met uw passkey" in answer.text
    assert await state(house) == "open"
    await guest.confirm(device)
    assert await close(guest, urgent) == 303
    assert await state(house) == "resolved"


async def test_the_page_leads_from_the_refusal_to_the_proof_and_back(
    house: House, urgent: int
):
    await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    await aged(house)
    here = {"referer": f"{house.address}/incident/{urgent}"}
    fields = {"token": guest.token, **CLOSE}
    path = f"/incident/{urgent}/resolve"
    answer = await guest.client.post(path, data=fields, headers=here)
    assert f'href="/confirm?to=%2Fincident%2F{urgent}"' in answer.text
    page = await guest.get(f"/confirm?to=%2Fincident%2F{urgent}")
    assert f'href="/incident/{urgent}"' in page.text
    evil = {"referer": "https://evil.example//evil.example/x"}
    answer = await guest.client.post(path, data=fields, headers=evil)
    assert "evil" not in answer.text


async def test_in_place_the_proof_is_asked_for_on_the_page_itself(
    house: House, urgent: int
):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    await aged(house)
    answer = await guest.client.post(
        f"/incident/{urgent}/resolve",
        data={"token": guest.token, **CLOSE},
        headers={"hx-request": "true"},
    )
    assert answer.headers["hx-reswap"] == "none"
    assert 'data-options="/confirm/options"' in answer.text
    assert f'value="{guest.token}"' in answer.text
    options = (await guest.post("/confirm/options")).json()
    fields = {"token": guest.token, "answer": device.use(options)}
    done = await guest.client.post(
        "/confirm", data=fields, headers={"hx-request": "true"}
    )
    assert done.status_code == 204


async def test_what_is_less_pressing_needs_none(house: House):
    await house.passkey_of(OWNER)
    incident = await house.town.intrusion()
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    guest = await house.guest(OWNER)
    await aged(house)
    assert await close(guest, incident) == 303


async def test_taking_a_top_priority_is_never_held_up(house: House, urgent: int):
    await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    await aged(house)
    assert (await guest.post(f"/incident/{urgent}/take")).status_code == 303


async def test_where_passkeys_are_only_offered_who_has_none_needs_none(
    house: House, urgent: int
):
    guest = await house.guest(OWNER)
    await aged(house)
    assert await close(guest, urgent) == 303


async def test_who_came_by_the_provider_proves_it_again(house: House, urgent: int):
    guest = await house.guest(OWNER)
    await aged(house, "provider")
    assert await close(guest, urgent) == 403
    assert await state(house) == "open"


async def test_the_proof_tells_nobody_what_is_there(house: House, urgent: int):
    await house.passkey_of(OUTSIDER)
    guest = await house.guest(OUTSIDER)
    await aged(house)
    assert await close(guest, urgent) == 404
    assert await close(guest, 999_999) == 404
