"""An exercise is marked on every page that shows it, and on what is printed (a4)."""

import re

import pytest

from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, OWNER

MARK = {"nl": "OEFENING", "en": "EXERCISE"}


@pytest.mark.parametrize("language", MARK)
async def test_each_page_that_shows_an_exercise_marks_it_a4(house: House, language):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    guest.client.cookies.set("taal", language)
    paths = (
        "/",
        "/incidents",
        f"/incident/{incident}",
        f"/incident/{incident}/card",
        f"/site/{HAVEN}",
    )
    mark = f'exercise"[^>]*>{MARK[language]}'
    marked = re.compile(f'class="(?:tag|strip) {mark}')
    for path in paths:
        assert not marked.search((await guest.get(path)).text), path
    await house.town.pen.execute("update store.incident set exercise = true")
    for path in paths:
        assert marked.search((await guest.get(path)).text), path


async def test_an_exercise_ends_as_one_and_as_nothing_else(house: House):
    incident = await house.town.intrusion()
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    guest = await house.guest(OWNER)
    page = (await guest.get(f"/incident/{incident}")).text
    assert page.count('name="outcome"') == 5
    await house.town.pen.execute("update store.incident set exercise = true")
    page = (await guest.get(f"/incident/{incident}")).text
    assert page.count('name="outcome"') == 1
    assert 'name="outcome" value="exercise"' in page
