"""Who looked: all about one's own, colleagues' looks included, and nothing else."""

import re
from typing import Any

import pytest

from dashboard.language import LANGUAGES, Words
from dashboard.live import BEAT_S, LOOK_AGAIN
from dashboard.looked import MOST, told
from tests.dashboard.house import Guest, House
from tests.dashboard.test_audit import anew
from tests.dashboard.test_live import events
from tests.dashboard.town import COLLEAGUE, HAVEN, KIT, OUTSIDER, OWNER

ROW = re.compile(r'<tr id="entry-\d+">(.*?)</tr>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def rows(page: str) -> list[str]:
    """Give the lines of the page as somebody reads them, without the time."""
    found = []
    for row in ROW.findall(page):
        cells = [" ".join(TAG.sub("", cell).split()) for cell in row.split("</t")]
        found.append(" | ".join(cell.lstrip("hd>").strip() for cell in cells[1:-1]))
    return found


async def household(house: House) -> Guest:
    guest = await house.guest("household")
    await anew(house)
    return guest


async def test_a_household_sees_who_looked_and_who_was_refused(house: House):
    incident = await house.town.panic()
    owner, outsider = await house.guest(OWNER), await house.guest(OUTSIDER)
    guest = await household(house)
    await owner.get(f"/site/{KIT}")
    await owner.get(f"/incident/{incident}")
    await owner.post(f"/incident/{incident}/take")
    await outsider.get(f"/site/{KIT}")
    await owner.get(f"/site/{HAVEN}")
    for path in ("/looked", "/"):
        page = (await guest.get(path)).text
        assert rows(page) == [
            "coördinator (andere eenheid) | De pagina van de kit bekeken | geweigerd",
            f"coördinator | Een incident opgepakt: {incident} | gedaan",
            f"coördinator | Een incident bekeken: {incident} | gedaan",
            "coördinator | De pagina van de kit bekeken | gedaan",
        ]
        assert OWNER not in page
        assert "Haven" not in page


async def test_a_look_is_on_an_open_page_within_a_minute_a29(house: House):
    guest, owner = await household(house), await house.guest(OWNER)
    stream = events(guest, "/live/looked")
    name, said, begun = await anext(stream)
    assert name == "truth"
    assert rows(said["html"]) == []
    await owner.get(f"/site/{KIT}")
    async for name, said, at in stream:
        if name == "truth" and rows(said["html"]):
            assert at - begun < 60
            break
    assert LOOK_AGAIN.total_seconds() + 2 * BEAT_S < 60


async def test_another_household_sees_nothing_of_it(house: House):
    await house.town.pen.execute(
        "insert into store.person (person, unit, role, language, site)"
        " values ('neighbour', 'duinland', 'household', 'nl', 'r7lm-wt')"
    )
    owner, guest = await house.guest(OWNER), await house.guest("neighbour")
    await owner.get(f"/site/{KIT}")
    page = (await guest.get("/looked")).text
    assert [row for row in rows(page) if "kit" in row] == []
    await owner.get("/site/r7lm-wt")
    (row,) = (row for row in rows((await guest.get("/looked")).text) if "kit" in row)
    assert row == "coördinator | De pagina van de kit bekeken | gedaan"


async def test_who_is_no_household_sees_what_is_about_himself(house: House):
    guest = await house.guest(COLLEAGUE)
    page = (await guest.get("/looked")).text
    assert "Wachtpost zelf | Een rol gegeven of gewijzigd | gedaan" in rows(page)
    assert "bekeken" not in page.split("<main")[1].split("<table")[-1]


async def test_a_household_that_moved_out_sees_nothing_any_more(house: House):
    owner, guest = await house.guest(OWNER), await household(house)
    await owner.get(f"/site/{KIT}")
    await house.town.pen.execute(
        "update store.person set role = 'desk' where person = 'household'"
    )
    assert rows((await guest.get("/looked")).text) == []


async def test_what_does_not_fit_on_a_page_is_on_the_next(house: House):
    owner, guest = await house.guest(OWNER), await household(house)
    for _ in range(MOST + 3):
        await owner.get(f"/site/{KIT}")
    first = (await guest.get("/looked")).text
    assert len(rows(first)) == MOST
    (older,) = re.findall(r'href="(/looked\?before=\d+)"', first)
    second = (await guest.get(older)).text
    assert len(rows(second)) == 3
    assert f'data-live="/live{older}"' in second
    assert len(rows((await guest.get("/looked?before=x")).text)) == MOST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("verb", "object_", "reason"),
    [
        ("combine", "something:1", None),
        ("change", "incident:7", "teleport"),
        ("change", "incident:7", None),
        ("consult", "nonsense", None),
        ("consult", "incident:x' or 1", None),
    ],
)
def test_what_a_newer_version_wrote_breaks_no_page(
    language: Any, verb: str, object_: str, reason: str | None
):
    row = {
        "verb": verb,
        "object": object_,
        "reason": reason,
        "own": False,
        "role": "service",
    }
    said = told(Words(language), row)
    assert said["who"]
    assert said["what"]
    assert "x'" not in said["what"]
