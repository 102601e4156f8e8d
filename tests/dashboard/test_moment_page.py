"""Pages go by when it happened, and show what a clock that was off said beside it."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from collector.keep.rollup import roll
from collector.keep.terms import Terms
from dashboard.events import Cursor
from dashboard.language import Words
from tests.dashboard.house import Guest, House
from tests.dashboard.town import HAVEN, KIT, OUTSIDER, OWNER, RUN, Town

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SITE = f"/site/{HAVEN}"
LINE = re.compile(r"<li><time[^>]*>([^<]*)</time><span[^>]*>(.*?)</li>", re.DOTALL)
VISITS = re.compile(r"\b(\d{4}) ")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


async def english(house: House) -> Guest:
    guest = await house.guest(OWNER)
    guest.client.cookies.set("taal", "en")
    return guest


def clock(at: datetime) -> str:
    return f"{at.astimezone(AMSTERDAM):%H:%M:%S}"


def kinds(page: str) -> list[str]:
    """Give what the list of events says, from the latest on."""
    listed = page.split('id="events"')[1]
    return [text.split(" ·")[0].split(" <")[0] for _, text in LINE.findall(listed)]


async def test_events_stand_in_the_order_in_which_they_happened(house: House):
    town = house.town
    await town.event(HAVEN, "panic.pressed", 3 * MINUTE, 2, 2)
    await town.slow(HOUR, HAVEN, "duress.entered", 2 * MINUTE, 2, 2)
    await town.slow(-20 * HOUR, HAVEN, "tamper.opened", MINUTE, 2, 2)
    page = (await (await house.guest(OWNER)).get(SITE)).text
    assert kinds(page) == ["behuizing open of lijn door", "dwangcode", "noodknop"]


async def test_the_devices_own_time_stands_beside_with_the_reason(house: House):
    row = await house.town.slow(HOUR, HAVEN, "panic.pressed", 2 * MINUTE, 2, 2)
    page = (await (await house.guest(OWNER)).get(SITE)).text
    assert f"(apparaat: {clock(row.at)})" in page.replace("&#39;", "'")
    assert "De klok van een apparaat liep niet gelijk." in page
    page = (await (await english(house)).get(SITE)).text
    assert f"(device: {clock(row.at)})" in page
    assert "The clock of a device was off." in page


async def test_a_clock_that_is_right_is_not_spoken_of(house: House):
    await house.town.event(HAVEN, "panic.pressed", 2 * MINUTE, 2, 2)
    page = (await (await house.guest(OWNER)).get(SITE)).text
    assert "(apparaat:" not in page
    assert "liep niet gelijk" not in page


@pytest.mark.parametrize("slow", [2 * DAY, -2 * DAY], ids=["slow", "fast"])
async def test_a_window_holds_what_happened_in_it(house: House, slow: timedelta):
    await house.town.slow(slow, HAVEN, "panic.pressed", 2 * HOUR, 2, 2)
    guest = await house.guest(OWNER)
    assert (await guest.get(SITE)).text.count('class="alarm"') == 1
    for back in (1, 2, 3):
        page = (await guest.get(f"{SITE}?span=day&back={back}")).text
        assert page.count('class="alarm"') == 0, back


async def test_what_happened_before_a_window_is_not_in_it(house: House):
    # By its own clock it was an hour ago.
    await house.town.slow(-29 * HOUR, HAVEN, "panic.pressed", 30 * HOUR, 2, 2)
    guest = await house.guest(OWNER)
    assert (await guest.get(SITE)).text.count('class="alarm"') == 0
    page = (await guest.get(f"{SITE}?span=day&back=1")).text
    assert page.count('class="alarm"') == 1


async def test_counts_of_the_last_day_go_by_when_it_happened(house: House):
    town = house.town
    await town.slow(5 * DAY, HAVEN, "panic.pressed", HOUR, 2, 2)
    await town.slow(-5 * DAY + HOUR, HAVEN, "panic.pressed", 5 * DAY, 2, 2)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "Laatste 24 uur: 1 keer alarm" in page


async def test_the_last_switch_is_the_one_that_happened_last(house: House):
    town = house.town
    await town.event(HAVEN, "panel.armed", 3 * HOUR)
    await town.slow(2 * DAY, HAVEN, "panel.disarmed", 2 * HOUR)
    await town.event(HAVEN, "contact.opened", 3 * HOUR, 2, 2)
    await town.slow(2 * DAY, HAVEN, "contact.closed", 2 * HOUR, 2, 2)
    guest = await house.guest(OWNER)
    for path in ("/", SITE):
        page = (await guest.get(path)).text
        assert "uitgeschakeld sinds" in page
        assert "ingeschakeld sinds" not in page
        assert "deur of raam staat open" not in page


async def test_a_camera_is_blind_by_what_was_said_last_of_it(house: House):
    town, guest = house.town, await house.guest(OWNER)
    told = {"reason": "covered", "suspect": "tamper"}
    await town.slow(-2 * HOUR, HAVEN, "camera.lost", 3 * HOUR, 6, 5, **told)
    assert "afgedekt" in (await guest.get(SITE)).text
    await town.event(HAVEN, "camera.restored", 2 * HOUR, 6, 5)
    assert "NIET bewaakt" not in (await guest.get("/")).text


async def test_an_incident_began_when_it_happened(house: House):
    town = house.town
    row = await town.slow(
        10 * MINUTE, HAVEN, "alarm.raised", 6 * MINUTE, 2, 2, cause="contact"
    )
    (incident,) = await town.judged(row)
    guest = await house.guest(OWNER)
    page = (await guest.get(f"/incident/{incident}")).text
    began, own = clock(row.moment), clock(row.at)
    assert f"sinds {began}" in page.lower()
    assert (
        f"Het apparaat zelf zei {own}: zijn klok liep 10 min 0 s achter, "
        "daarom staat hier de verbeterde tijd." in page
    )
    assert f"(apparaat: {own})" in page.split('id="records"')[1]
    assert f"(apparaat: {own})" in (await guest.get("/")).text
    page = (await (await english(house)).get(f"/incident/{incident}")).text
    assert f"The device itself said {own}: its clock was 10 min 0 s slow" in page


async def test_a_clock_that_is_fast_says_so(house: House):
    row = await house.town.slow(
        -3 * DAY, HAVEN, "alarm.raised", HOUR, 2, 2, cause="contact"
    )
    (incident,) = await house.town.judged(row)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    day = Words("nl").own(row.at, row.moment)
    assert str(row.at.year) in day  # of another day the day is said
    assert f"Het apparaat zelf zei {day}: zijn klok liep 3 d 0 u voor" in page


async def test_records_of_an_incident_stand_as_they_happened(house: House):
    town = house.town
    first = await town.slow(
        -HOUR, HAVEN, "alarm.raised", 6 * MINUTE, 2, 2, cause="contact"
    )
    second = await town.event(
        HAVEN, "alarm.raised", 5 * MINUTE + 20 * MINUTE / 60, 3, 4, cause="motion"
    )
    (incident,) = await town.judged(second, first)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    times = [at for at, _ in LINE.findall(page.split('id="records"')[1])]
    assert times == [clock(first.moment), clock(second.moment)]
    assert "na 40 s" in page  # the second sensor, after the first
    assert clock(first.moment) in page.split("<h1>")[1].split("</article>")[0]


async def test_what_was_seen_again_last_counts_by_when_it_was(house: House):
    town = house.town
    lost = await town.event(
        HAVEN, "camera.lost", 9 * MINUTE, 6, 5, reason="covered", suspect="tamper"
    )
    (incident,) = await town.judged(lost)
    again = await town.slow(HOUR, HAVEN, "camera.restored", 5 * MINUTE, 6, 5)
    await town.judged(again)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "weer gezien" in page.lower()
    assert clock(again.moment)[:5] in page


async def test_a_task_is_set_aside_by_the_name_of_its_record(house: House):
    row = await house.town.slow(DAY, HAVEN, "lens.dirty", HOUR, 6, 5)
    guest = await house.guest(OWNER)
    page = (await guest.get("/")).text
    (named,) = re.findall(r'name="at" value="([^"]*)"', page)
    assert datetime.fromisoformat(named) == row.at
    assert f"sinds {clock(row.moment)[:5]}" in page.lower()
    fields = {"device": row.device, "sensor": "6", "kind": "lens.dirty", "at": named}
    assert (await guest.post("/task/aside", **fields)).status_code == 303
    assert 'name="at"' not in (await guest.get("/")).text


async def test_a_time_that_was_impossible_and_is_known_now_is_shown(house: House):
    town = house.town
    device = town.device(HAVEN)
    right = town.now - HOUR
    put = """
        insert into store.event_untimed (device, run, lane, seq, at, received, unit,
               site, kind, sensor, zone, data, corrected)
        values (%s, %s, 'al', 1, %s, %s, 'duinland', %s, 'panic.pressed', 2, 2, '{}',
                %s)"""
    said = "1970-01-01T00:03:00+00:00"
    await town.pen.execute(put, [device, RUN, said, town.now, HAVEN, right])
    guest = await house.guest(OWNER)
    page = (await guest.get(SITE)).text
    assert kinds(page) == ["noodknop"]
    assert "(apparaat: 1 jan 1970 01:03:00)" in page
    assert "onmogelijke tijd" not in (await guest.get("/")).text
    await town.pen.execute("update store.event_untimed set corrected = null")
    assert "noodknop" not in (await guest.get(SITE)).text


async def test_charts_stand_where_it_was_measured(house: House):
    town = house.town
    await town.measured(HAVEN, 8, "temperature", lambda share: 20 + share)
    await town.pen.execute(
        "update store.measurement set at = at - interval '40 days', corrected = at"
    )
    guest = await house.guest(OWNER)
    assert "Temperatuur" in (await guest.get(SITE)).text
    for span, fewest in (("hours", 60), ("day", 280), ("week", 24)):
        told = (await guest.get(f"{SITE}/measurements?span={span}")).json()
        (series,) = told["series"]
        assert sum(one is not None for one in series["value"]) >= fewest, span
    await roll(town.collector, Terms.of(town.inventory))
    told = (await guest.get(f"{SITE}/measurements?span=week")).json()
    ((series,),) = (told["series"],)
    assert sum(one is not None for one in series["value"]) >= 24


async def crowd(town: Town, number: int) -> list[int]:
    """Store many records, a dozen at each moment, each third of a clock that is off."""
    for each in range(number):
        slow = (each % 3 == 0) * 90 * MINUTE
        await town.slow(
            slow,
            HAVEN,
            "visits.repeated",
            (each // 12) * MINUTE + HOUR,
            6,
            5,
            visits=1000 + each,
        )
    return [1000 + each for each in range(number)]


async def walked(guest: Guest, path: str) -> list[list[int]]:
    """Read every page from the first to the last, as a person does."""
    pages = []
    while path:
        page = (await guest.get(path)).text
        pages.append([int(one) for one in VISITS.findall(page.split('class="log"')[1])])
        older = re.findall(r'id="older" href="([^"]*)"', page)
        path = unquote(older[0]) if older else ""
    return pages


async def test_no_record_is_on_two_pages_or_on_none_of_one_moment_neither(house: House):
    wanted = await crowd(house.town, 230)
    pages = await walked(await house.guest(OWNER), f"{SITE}/events")
    assert [len(page) for page in pages] == [100, 100, 30]
    found = [each for page in pages for each in page]
    assert sorted(found) == wanted
    ages = [(each - 1000) // 12 for each in found]
    assert ages == sorted(ages)  # the latest first, by when it happened


async def test_what_comes_while_somebody_reads_moves_nothing(house: House):
    wanted = await crowd(house.town, 210)
    guest = await house.guest(OWNER)
    first = (await guest.get(f"{SITE}/events")).text
    await house.town.event(HAVEN, "visits.repeated", MINUTE, 6, 5, visits=9000)
    (older,) = re.findall(r'id="older" href="([^"]*)"', first)
    found = [int(one) for one in VISITS.findall(first.split('class="log"')[1])]
    for page in await walked(guest, unquote(older)):
        found += page
    assert sorted(found) == wanted


async def test_exactly_one_page_has_no_other(house: House):
    await crowd(house.town, 100)
    pages = await walked(await house.guest(OWNER), f"{SITE}/events")
    assert [len(page) for page in pages] == [100]


async def test_what_lies_years_apart_is_found_all_the_same(house: House):
    for number, days in enumerate((0, 1, 40, 400, 4000)):
        await house.town.event(
            HAVEN, "visits.repeated", days * DAY + HOUR, 6, 5, visits=1000 + number
        )
    pages = await walked(await house.guest(OWNER), f"{SITE}/events")
    assert pages == [[1000, 1001, 1002, 1003, 1004]]


async def test_nonsense_as_a_cursor_begins_at_the_present(house: House):
    await house.town.event(HAVEN, "panic.pressed", HOUR, 2, 2)
    guest = await house.guest(OWNER)
    device = house.town.device(HAVEN)
    for before in ("x", "1-2", "-1-0-a-b-al", "9" * 18 + f"-1-{device}-r-al", "%00"):
        page = await guest.get(f"{SITE}/events?before={before}")
        assert page.status_code == 200, before
        assert "noodknop" in page.text, before


async def test_whose_place_it_is_not_sees_no_events_and_a_kit_has_none(house: House):
    stranger, owner = await house.guest(OUTSIDER), await house.guest(OWNER)
    assert (await stranger.get(f"{SITE}/events")).status_code == 404
    assert (await owner.get(f"/site/{KIT}/events")).status_code == 404
    assert (await owner.get("/site/nowhere/events")).status_code == 404
    assert (await owner.get(f"/live/site/{KIT}/events")).status_code == 404


def test_a_cursor_says_what_it_was_made_from():
    cursor = Cursor(NOON + timedelta(microseconds=7), 12, "a2" * 8, "gap-x-al", "al")
    assert Cursor.of(str(cursor), NOON) == cursor
