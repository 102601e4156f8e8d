"""What was lost and is there again is told so, on every page that told the loss."""

from datetime import timedelta

import pytest

from tests.dashboard.house import Guest, House
from tests.dashboard.town import HAVEN, OWNER, Town

M = timedelta(minutes=1)
SPOILT = "NIET bewaakt: camera buiten onklaar gemaakt"
AGAIN = "weer gezien sinds"


async def spoil(town: Town, camera: int = 6) -> int:
    """Let a camera outside be covered ten minutes ago."""
    lost = await town.event(
        HAVEN, "camera.lost", 10 * M, camera, 5, reason="covered", suspect="tamper"
    )
    return (await town.judged(lost, ago=10 * M))[0]


async def mend(town: Town, camera: int = 6) -> None:
    """Let it see again four minutes ago."""
    seen = await town.event(HAVEN, "camera.restored", 4 * M, camera, 5)
    await town.judged(seen, ago=4 * M)


async def said(guest: Guest, path: str) -> str:
    return (await guest.get(path)).text


def row_of(page: str, site: str = HAVEN) -> str:
    return page.partition(f'id="place-{site}"')[2].partition("</tr>")[0]


def incidents_of(page: str) -> str:
    return page.partition('id="h-incidents"')[2].partition("</section>")[0]


@pytest.fixture
async def lived(house: House) -> Town:
    await house.town.everybody_heard()
    return house.town


async def test_while_it_is_lost_nothing_says_that_it_is_seen(house: House, lived: Town):
    incident = await spoil(lived)
    browser = await house.guest(OWNER)
    for path in ("/", f"/incident/{incident}", f"/site/{HAVEN}"):
        page = await said(browser, path)
        assert SPOILT in page
        assert AGAIN not in page
    assert "wij zien hier nu niets" in await said(browser, f"/incident/{incident}")


async def test_the_incident_says_since_when_it_is_seen_again(house: House, lived: Town):
    incident = await spoil(lived)
    await mend(lived)
    page = await said(await house.guest(OWNER), f"/incident/{incident}")
    assert "wij zien hier nu niets" not in page
    assert "wij zagen hier een tijd niets" in page
    assert AGAIN in page
    assert f"weer gezien, was: {SPOILT}" in page
    assert "Weer gezien: camera" in page  # its log


async def test_the_row_of_the_place_no_longer_claims_that_it_is_blind(
    house: House, lived: Town
):
    await spoil(lived)
    assert SPOILT in row_of(await said(await house.guest(OWNER), "/"))
    await mend(lived)
    row = row_of(await said(await house.guest(OWNER), "/"))
    assert f"weer gezien, was: {SPOILT}" in row
    assert AGAIN in row
    assert f"<div>{SPOILT}" not in row


async def test_the_place_says_it_beside_its_incident(house: House, lived: Town):
    await spoil(lived)
    browser = await house.guest(OWNER)
    assert f">{SPOILT}<" in incidents_of(await said(browser, f"/site/{HAVEN}"))
    await mend(lived)
    told = incidents_of(await said(browser, f"/site/{HAVEN}"))
    assert AGAIN in told
    assert f">weer gezien, was: {SPOILT}<" in told
    assert f">{SPOILT}<" not in told


async def test_another_camera_that_is_lost_still_keeps_it_blind(
    house: House, lived: Town
):
    incident = await spoil(lived)
    other = await lived.event(
        HAVEN, "camera.lost", 9 * M, 7, 6, reason="covered", suspect="tamper"
    )
    await lived.judged(other, ago=9 * M)
    await mend(lived)
    page = await said(await house.guest(OWNER), f"/incident/{incident}")
    assert "wij zien hier nu niets" in page
    assert AGAIN not in page


async def test_it_is_blind_again_when_it_is_lost_again(house: House, lived: Town):
    incident = await spoil(lived)
    await mend(lived)
    again = await lived.event(
        HAVEN, "camera.lost", 2 * M, 6, 5, reason="covered", suspect="tamper"
    )
    await lived.judged(again, ago=2 * M)
    page = await said(await house.guest(OWNER), f"/incident/{incident}")
    assert "wij zien hier nu niets" in page
    assert "was:" not in page


async def test_a_confirmed_alarm_carries_its_badge(house: House, lived: Town):
    incident = await lived.intrusion()
    browser = await house.guest(OWNER)
    assert ">bevestigd</span>" not in await said(browser, "/")
    lost = await lived.event(HAVEN, "path.lost", 5 * M)
    await lived.judged(lost, ago=5 * M)
    for path in ("/", f"/incident/{incident}", f"/site/{HAVEN}"):
        assert ">bevestigd</span>" in await said(browser, path)
    page = await said(browser, f"/incident/{incident}")
    assert "Bevestigd: alarm en verbindingsverlies binnen 30 minuten" in page


async def test_a_loss_that_became_an_alarm_says_where_it_goes_on(
    house: House, lived: Town
):
    lost = await lived.event(HAVEN, "path.lost", 9 * M)
    (old,) = await lived.judged(lost, ago=9 * M)
    incident = await lived.intrusion()
    browser = await house.guest(OWNER)
    page = await said(browser, f"/incident/{old}")
    assert f"Gaat verder als incident {incident}" in page
    assert "Vanzelf geëindigd" in page
    assert f"Neemt incident {old} over" in await said(browser, f"/incident/{incident}")


async def test_what_happened_while_a_device_was_off_says_so(house: House, lived: Town):
    incident = await lived.intrusion(while_blind=True)
    page = await said(await house.guest(OWNER), f"/incident/{incident}")
    assert "gebeurde terwijl het apparaat uit was" in page
    assert "Gevonden bij het opstarten" in page


async def test_when_nobody_listened_is_told_above_the_places(house: House, lived: Town):
    browser = await house.guest(OWNER)
    assert "Wij luisterden niet" not in await said(browser, "/")
    for hours in (30, 2):
        await lived.pen.execute(
            "insert into store.deaf values (%s, %s)",
            [lived.now - hours * 60 * M, lived.now - (hours - 1) * 60 * M],
        )
    page = await said(browser, "/")
    assert page.count("Wij luisterden niet van") == 1
    assert 'class="blind"' in row_of(page)
