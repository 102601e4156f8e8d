"""The hand-over card: what whoever takes over has to know, and nothing besides."""

import re

from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, KIT, OWNER

STEP = """
    select step, text->>'nl' as text from store.incident_step
     where incident = %s and role = 'desk' order by place limit 1"""


def said(page: str) -> str:
    """Give the words of the card, without what is about it."""
    card = page.partition("<article")[2].partition("</article>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", card))


async def test_the_card_says_what_since_when_verified_how_and_the_reference(
    house: House,
):
    incident = await house.town.panic()
    row = await house.town.row("select occurred from store.incident")
    card = said(
        (await (await house.guest(OWNER)).get(f"/incident/{incident}/card")).text
    )
    clock = f"{row['occurred'].astimezone():%S}"
    for words in (
        f"Incident {incident}",
        "Kit 7F3K-QG: noodknop ingedrukt",
        "AOL-20417",
        "door een persoon gemeld",
        "luid",
        "nog niet opgepakt",
        "De meldkamer heeft dit ook.",
        "Mag er gebeld worden? ja, behalve na een stille melding",
    ):
        assert words in card, words
    assert re.search(rf"Begonnen \d+ \w+\.? 20\d\d, \d\d:\d\d:{clock}", card)


async def test_a_silent_one_says_not_to_ring_and_never_that_one_may(house: House):
    incident = await house.town.panic(silent=True)
    card = said(
        (await (await house.guest(OWNER)).get(f"/incident/{incident}/card")).text
    )
    assert "bel NIET naar deze kit" in card
    assert "Mag er gebeld worden" not in card


async def test_it_says_who_has_it_what_he_did_and_what_he_must_still_do(house: House):
    incident = await house.town.intrusion()
    step = await house.town.row(STEP, incident)
    guest = await house.guest(COLLEAGUE)
    await guest.post(f"/incident/{incident}/take")
    before = said((await guest.get(f"/incident/{incident}/card")).text)
    assert "Gedaan" not in before
    await guest.post(f"/incident/{incident}/tick", step=step["step"])
    card = said((await guest.get(f"/incident/{incident}/card")).text)
    done, _, left = card.partition("Nog verplicht te doen")
    assert "Wie ermee bezig is 24-uursdesk" in card
    assert step["text"] in done
    assert step["text"] not in left
    assert left.count("coördinator") == 1


async def test_the_control_room_reads_the_card_of_what_it_was_given(house: House):
    given = await house.town.panic()
    kept = await house.town.intrusion()
    guest = await house.guest("duinland-control-room")
    assert (await guest.get(f"/incident/{given}/card")).status_code == 200
    assert (await guest.get(f"/incident/{kept}/card")).status_code == 404
    await (await house.guest(OWNER)).post(
        f"/incident/{kept}/hand-over", to="role:control_room"
    )
    card = said((await guest.get(f"/incident/{kept}/card")).text)
    assert "Bureau Haven: alarm terwijl ingeschakeld" in card


async def test_the_incidents_page_leads_to_its_card_and_back(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    assert (
        f'href="/incident/{incident}/card"'
        in (await guest.get(f"/incident/{incident}")).text
    )
    card = (await guest.get(f"/incident/{incident}/card")).text
    assert f'<a href="/incident/{incident}">' in card
    assert f'data-live="/live/incident/{incident}/card"' in card


async def test_a_look_at_the_card_of_a_kit_is_in_its_households_audit(house: House):
    incident = await house.town.panic()
    await (await house.guest(OWNER)).get(f"/incident/{incident}/card")
    row = await house.town.row(
        "select subject, reason from store.audit where object = %s",
        f"incident:{incident}",
    )
    assert row == {"subject": f"site:{KIT}", "reason": "card"}
