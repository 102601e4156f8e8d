"""Times in which nobody listened stand on the page of a place and of an incident."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, KIT, OWNER, Town

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SITE = f"/site/{HAVEN}"
DEAF = re.compile(r'<rect class="deaf" x="([\d.]+)" width="([\d.]+)"')
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


async def deaf(town: Town, ago: timedelta, lasted: timedelta) -> None:
    """Let no collector have heard anything for a while."""
    since = town.now - ago
    await town.pen.execute(
        "insert into store.deaf values (%s, %s)", [since, since + lasted]
    )


async def silence(
    town: Town, ago: timedelta, waited: timedelta, *, paused: timedelta | None
) -> int:
    """Let a silence have been told a while ago, after waiting, of that so long deaf."""
    late = {} if paused is None else {"paused_s": int(paused.total_seconds())}
    row = await town.event(
        HAVEN, "device.silent", ago, unheard_s=int(waited.total_seconds()), **late
    )
    (incident,) = await town.judged(row, ago=ago)
    return incident


def log_of(page: str) -> list[str]:
    listed = page.split('id="h-log"')[1].split("</section>", maxsplit=1)[0]
    return [
        " ".join(re.sub("<[^>]*>", " ", one).split())
        for one in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
    ]


def clock(at: datetime) -> str:
    return f"{at.astimezone(AMSTERDAM):%H:%M:%S}"


async def test_the_time_line_of_a_place_shows_when_nobody_listened(house: House):
    await deaf(house.town, 6 * HOUR, 2 * HOUR)
    page = (await (await house.guest(OWNER)).get(SITE)).text
    ((x, width),) = DEAF.findall(page)
    assert abs(float(x) - (190 + 1000 * 18 / 24)) < 2
    assert abs(float(width) - 1000 * 2 / 24) < 2
    assert "Wij luisterden niet van" in page
    assert '<i class="k-deaf">' in page


async def test_it_is_said_in_english_too(house: House):
    await deaf(house.town, 6 * HOUR, 2 * HOUR)
    guest = await house.guest(OWNER)
    guest.client.cookies.set("taal", "en")
    page = (await guest.get(SITE)).text
    assert "We were not listening from" in page
    assert "we were not listening</span>" in page


async def test_without_one_nothing_is_said_of_it(house: House):
    page = (await (await house.guest(OWNER)).get(SITE)).text
    assert not DEAF.findall(page)
    assert "luisterden niet" not in page
    assert "k-deaf" not in page


async def test_it_stands_in_the_window_in_which_it_was(house: House):
    await deaf(house.town, 30 * HOUR, HOUR)
    guest = await house.guest(OWNER)
    assert not DEAF.findall((await guest.get(SITE)).text)
    page = (await guest.get(f"{SITE}?span=day&back=1")).text
    assert len(DEAF.findall(page)) == 1
    page = (await guest.get(f"{SITE}?span=day&back=2")).text
    assert not DEAF.findall(page)
    assert "luisterden niet" not in page


async def test_one_that_reaches_over_the_edge_is_cut_there(house: House):
    await deaf(house.town, 25 * HOUR, 2 * HOUR)
    ((x, width),) = DEAF.findall((await (await house.guest(OWNER)).get(SITE)).text)
    assert abs(float(x) - 190) < 2
    assert abs(float(width) - 1000 / 24) < 2


async def test_a_kit_says_so_in_words(house: House):
    await deaf(house.town, 6 * HOUR, 2 * HOUR)
    page = (await (await house.guest(OWNER)).get(f"/site/{KIT}")).text
    assert page.count("Wij luisterden niet van") == 1


async def test_the_log_of_a_silence_tells_why_it_came_late(house: House):
    town = house.town
    await deaf(town, 10 * MINUTE, 5 * MINUTE)
    incident = await silence(
        town, 4 * MINUTE, 7 * MINUTE, paused=timedelta(minutes=5, seconds=2)
    )
    guest = await house.guest(OWNER)
    page = (await guest.get(f"/incident/{incident}")).text
    line, opened = log_of(page)
    since, until = clock(town.now - 10 * MINUTE), clock(town.now - 5 * MINUTE)
    assert line.startswith(until)  # in its place, before what was decided after it
    assert f"Wij luisterden niet van {since} tot {until}" in line
    assert "Later dan anders: wij hoorden zelf 5 min 2 s niet alles" in opened
    assert "later gemeld: wij hoorden zelf 5 min 2 s" in page.split('id="records"')[1]
    assert len(DEAF.findall(page)) == 1
    guest.client.cookies.set("taal", "en")
    page = (await guest.get(f"/incident/{incident}")).text
    assert f"We were not listening from {since} to {until}" in log_of(page)[0]
    assert "for 5 min 2 s we ourselves did not hear everything" in log_of(page)[1]


@pytest.mark.parametrize("ago", [20 * MINUTE, 3 * MINUTE], ids=["before", "after"])
async def test_a_deafness_that_moved_no_deadline_is_not_in_the_log(
    house: House, ago: timedelta
):
    await deaf(house.town, ago, 2 * MINUTE)
    incident = await silence(house.town, 4 * MINUTE, 7 * MINUTE, paused=None)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert not [line for line in log_of(page) if "luisterden niet" in line]


async def test_what_waited_at_the_broker_while_nobody_listened_is_told_late_as_well(
    house: House,
):
    # Its last frame was heard as soon as somebody heard again.
    await deaf(house.town, 10 * MINUTE, 5 * MINUTE)
    told = timedelta(minutes=4, seconds=42)
    incident = await silence(house.town, told, timedelta(seconds=18), paused=None)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "Wij luisterden niet van" in log_of(page)[0]


async def test_where_only_one_of_several_was_deaf_the_log_says_so_without_a_time(
    house: House,
):
    incident = await silence(house.town, 4 * MINUTE, 7 * MINUTE, paused=MINUTE)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    (opened,) = log_of(page)
    assert "Later dan anders: wij hoorden zelf 1 min 0 s niet alles" in opened


async def test_an_intrusion_while_nobody_listened_has_no_such_line(house: House):
    await deaf(house.town, 10 * MINUTE, 9 * MINUTE)
    incident = await house.town.intrusion(ago=6 * MINUTE)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert not [line for line in log_of(page) if "luisterden niet" in line]


async def test_records_that_were_missed_while_nobody_listened_say_so(house: House):
    town = house.town
    await deaf(town, 10 * MINUTE, 5 * MINUTE)
    row = await town.event(
        HAVEN,
        "records.withheld",
        4 * MINUTE,
        unheard_s=420,
        paused_s=300,
        lane="up",
        first=3,
        last=5,
        missing=3,
    )
    (incident,) = await town.judged(row, ago=4 * MINUTE)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "Wij luisterden niet van" in log_of(page)[0]
    assert "5 min 0 s niet alles" in log_of(page)[1]
