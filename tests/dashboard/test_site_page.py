"""A site page: plan, time line, charts, health."""

from datetime import timedelta

import pytest

from collector.keep.rollup import roll
from collector.keep.terms import Terms
from dashboard.site import Window
from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, KIT, OWNER

HOUR = timedelta(hours=1)


async def test_the_plan_shows_each_zone_in_its_state(house: House):
    await house.town.event(HAVEN, "motion.started", timedelta(minutes=2), 3, 4)
    await house.town.intrusion()
    page = (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text
    assert page.count("<polygon") == 6
    assert 'class="zone moved"' in page
    assert 'class="zone alarm"' in page
    assert 'class="zone urgent"' not in page


async def test_urgent_alone_is_red_on_the_plan(house: House):
    row = await house.town.event(HAVEN, "panic.pressed", HOUR, 5, 3, silent=False)
    await house.town.judged(row)
    page = (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text
    assert 'class="zone urgent"' in page


async def test_a_silent_device_takes_its_sensors_along(house: House):
    town = house.town
    silent = town.now - HOUR
    await town.heard(town.device(HAVEN), silent, silent=silent)
    page = (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text
    assert 'class="zone blind"' in page
    assert "geen signaal" in page
    assert 'class="strip blind"' in page


async def test_the_time_line_has_a_lane_for_each_zone_and_can_be_moved(house: House):
    guest = await house.guest(OWNER)
    await house.town.event(HAVEN, "motion.started", 3 * HOUR, 6, 5)
    await house.town.event(HAVEN, "motion.ended", 2 * HOUR, 6, 5, seconds=3600.0)
    day = (await guest.get(f"/site/{HAVEN}")).text
    assert day.count('class="seen"') == 1
    earlier = (await guest.get(f"/site/{HAVEN}?span=day&back=1")).text
    assert earlier.count('class="seen"') == 0
    assert "back=2" in earlier
    assert (
        'aria-current="true">week' in (await guest.get(f"/site/{HAVEN}?span=week")).text
    )


async def test_records_of_a_newer_version_are_shown_as_unknown_and_counted(
    house: House,
):
    guest = await house.guest(OWNER)
    before = (await guest.get(f"/site/{HAVEN}")).text
    for hours in (1, 2):
        raw = {"what": "drone.seen", "<b>": "<script>"}
        await house.town.event(HAVEN, "unknown", hours * HOUR, 3, 2, **raw)
    await house.town.event(HAVEN, "unknown", 30 * HOUR, 3, 2)  # on another day
    page = (await guest.get(f"/site/{HAVEN}")).text
    assert page.count('class="unknown"') == 2
    assert "2 gebeurtenissen van een nieuwere versie: bewaard" in page
    assert "onbekend (nieuwere versie)" in page
    assert page.count("onbekende gebeurtenis") >= 4  # a mark's name, and in the list
    assert "drone.seen" not in page
    assert "<script>" not in page.split("<body")[1]
    assert "nieuwere versie" not in before


async def test_nonsense_in_the_address_gives_the_present_day(house: House):
    guest = await house.guest(OWNER)
    for query in ("span=century", "back=-1", "back=x", "back=99999", "back=²"):
        page = await guest.get(f"/site/{HAVEN}?{query}")
        assert page.status_code == 200
        assert 'aria-current="true">dag' in page.text


async def test_charts_get_their_numbers_from_the_store(house: House):
    await house.town.measured(HAVEN, 8, "temperature", lambda share: 20 + share)
    guest = await house.guest(OWNER)
    assert "Temperatuur" in (await guest.get(f"/site/{HAVEN}")).text
    told = (await guest.get(f"/site/{HAVEN}/measurements")).json()
    (series,) = told["series"]
    assert series["quantity"] == "temperature"
    assert len(series["at"]) == len(series["value"]) >= 287
    assert told["since"] < series["at"][1] < told["until"]
    assert min(each for each in series["value"] if each is not None) >= 20


async def test_where_only_hours_are_left_a_day_leads_to_its_week(house: House):
    town = house.town
    await town.measured(HAVEN, 8, "temperature", lambda share: 20 + share)
    guest = await house.guest(OWNER)
    page = (await guest.get(f"/site/{HAVEN}?span=hours&back=1")).text
    assert "data-charts" in page
    assert "alleen uurcijfers" not in page
    await roll(town.collector, Terms.of(town.inventory))
    await town.pen.execute("delete from store.measurement")
    for query, week in (("span=hours&back=1", 0), ("span=day&back=0", 0)):
        page = (await guest.get(f"/site/{HAVEN}?{query}")).text
        assert "data-charts" not in page
        link = f'<a href="?span=week&amp;back={week}">Van deze tijd'
        assert f"{link} zijn alleen uurcijfers bewaard: zie de week.</a>" in page
    page = (await guest.get(f"/site/{HAVEN}?span=week")).text
    assert "data-charts" in page
    assert "alleen uurcijfers" not in page


@pytest.mark.parametrize(
    ("span", "back", "week"), [("hours", 27, 0), ("hours", 28, 1), ("day", 20, 2)]
)
def test_a_stretch_knows_its_week(span: str, back: int, week: int):
    assert Window(span, back).week == week


async def test_a_hole_in_the_numbers_is_a_hole_in_the_chart(house: House):
    await house.town.measured(HAVEN, 8, "temperature", lambda share: 20 + share)
    await house.town.pen.execute(
        "delete from store.measurement where at > %s and at < %s",
        [house.town.now - 6 * HOUR, house.town.now - 4 * HOUR],
    )
    guest = await house.guest(OWNER)
    for span, fewest, most in (("hours", 119, 121), ("day", 22, 25), ("week", 1, 2)):
        told = (await guest.get(f"/site/{HAVEN}/measurements?span={span}")).json()
        (series,) = told["series"]
        hole = [
            value
            for at, value in zip(series["at"], series["value"], strict=True)
            if -6 < (at - house.town.now.timestamp()) / 3600 < -4 - told["bin_s"] / 3600
        ]
        assert set(hole) == {None}, span
        assert fewest - 1 <= len(hole) <= most, span


async def test_health_tells_silence_paths_clock_and_backlog(house: House):
    town = house.town
    device = town.device(HAVEN)
    await town.way(device, 2, town.now)
    await town.event(HAVEN, "heartbeat", timedelta(seconds=5))
    await town.pen.execute("update store.device_state set clock_offset = 9.2")
    page = (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text
    assert "1 in orde" in page
    assert "2 verbroken" in page
    assert "9 s verschil" in page
    assert "niet vertrouwd" not in page
    assert "0 alarm, 3 overig" in page
    assert "2 van 2 zien" in page


async def test_a_device_whose_clock_nobody_set_says_so(house: House):
    await house.town.event(HAVEN, "heartbeat", timedelta(seconds=5))
    await house.town.pen.execute(
        "update store.device_state set heartbeat = heartbeat || %s::jsonb",
        ['{"clock_trusted": false}'],
    )
    page = (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text
    assert "niet vertrouwd" in page


async def test_a_kit_shows_health_and_its_reference_and_nothing_else(house: House):
    page = (await (await house.guest(OWNER)).get(f"/site/{KIT}")).text
    assert "Kit 7F3K-QG" in page
    assert "AOL-20417" in page
    assert "<polygon" not in page
    assert 'class="lanes' not in page
    assert "data-charts" not in page


async def test_a_device_that_was_never_heard_says_so(house: House):
    await house.town.pen.execute("delete from store.device_state")
    page = (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text
    assert "nooit" in page
    assert "NIET bewaakt" in page
