"""The unit page and the other homes: who needs somebody, and in which words."""

import asyncio
import re
from datetime import timedelta

from dashboard.live import LOOK_AGAIN
from dashboard.place import STALE
from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, HAVEN, KIT, OUTSIDER, OWNER

STATION = "bureau-station"
UNTIMED = """
    insert into store.event_untimed
           (device, run, lane, seq, at, received, unit, site, kind, data)
    values (%s, '0123456789abcdef', 'up', %s, '1970-01-01T00:00:00Z', %s, %s, %s,
            'contact.opened', '{}')"""
DO = re.compile(r'<p class="do">.*?<span>(.*?)</span></p>', re.DOTALL)


async def test_a_panic_stands_on_top_with_what_to_do(house: House):
    await house.town.intrusion()
    await house.town.panic(silent=True)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert page.index("Kit 7F3K-QG: noodknop") < page.index("Bureau Haven: alarm")
    assert "bel NIET naar deze kit" in page
    assert "AOL-20417" in page
    assert 'data-sound="urgent"' in page
    assert 'data-title="(2) Eenheid Duinland - Wachtpost"' in page
    assert page.count("data-key aria") == 1


async def test_both_pages_say_the_same_to_do_now(house: House):
    incident = await house.town.intrusion()
    for person in (OWNER, COLLEAGUE):
        guest = await house.guest(person)
        unit = DO.search((await guest.get("/")).text)
        page = DO.search((await guest.get(f"/incident/{incident}")).text)
        assert unit is not None
        assert page is not None
        assert unit[1].strip() == page[1].strip() != ""


async def test_places_that_need_somebody_stand_on_top(house: House):
    town = house.town
    await town.panic(site=KIT)
    silent = town.now - timedelta(minutes=31)
    await town.heard(town.device(STATION), silent, silent=silent)
    page = (await (await house.guest(OWNER)).get("/")).text
    order = [page.index(f'id="place-{site}"') for site in (KIT, STATION, HAVEN)]
    assert order == sorted(order)
    assert "NIET bewaakt" in page
    assert "zonder signaal: laat ter plaatse kijken" in page
    assert "1 apparaat zonder signaal" in page


async def test_a_place_that_was_never_heard_is_not_called_fine(house: House):
    await house.town.pen.execute("delete from store.device_state")
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "in orde" not in page
    assert page.count("NIET bewaakt") == 4


async def test_when_the_collector_itself_is_away_nothing_is_called_fine(house: House):
    await house.town.pen.execute(
        "update store.device_state set heard = now() - %s", [STALE * 1.1]
    )
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "in orde" not in page
    assert "geen open incidenten" not in page


EXERCISED = """
    insert into store.incident (unit, site, rule, cause, priority, title, occurred,
        playbook, playbook_version, exercise, state, owner, resolved, outcome, sentence)
    select s.unit, s.site, 'r', 'c', 'notice', '{}', now(), b.playbook, b.version, true,
           'resolved', (select min(person) from store.person),
           now() - interval '2 days', 'exercise', 'x'
      from store.site s, (select * from store.playbook limit 1) b"""


async def test_a_calm_unit_says_so(house: House):
    await house.town.pen.execute(EXERCISED)
    page = (await (await house.guest(OUTSIDER)).get("/")).text
    assert "Geen open incidenten" in page
    assert page.count(">in orde<") == 4
    assert "Er is nu niets te doen." in page
    assert 'data-sound=""' in page


async def test_a_blind_camera_makes_a_place_blind(house: House):
    town = house.town
    await town.heard(town.device(HAVEN), town.now, cameras_blind=1)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "1 camera ziet niets, laat hem nakijken" in page


async def test_the_strip_counts_motion_only_while_armed(house: House):
    town = house.town
    hour = timedelta(hours=1)
    await town.event(HAVEN, "panel.armed", 9 * hour, by="schedule", mode="away")
    await town.event(HAVEN, "panel.disarmed", 5 * hour, by="hand")
    await town.event(HAVEN, "motion.started", 7 * hour, 6, 5)
    await town.event(HAVEN, "motion.started", 4 * hour, 6, 5)
    await town.event(HAVEN, "motion.started", 30 * hour, 6, 5)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "0 keer alarm, 1 keer beweging terwijl ingeschakeld, 0 keer blind" in page
    assert "uitgeschakeld sinds" in page


async def test_an_open_door_is_told_and_a_closed_one_is_not(house: House):
    town = house.town
    await town.event(HAVEN, "contact.opened", timedelta(minutes=9), 1, 1)
    await town.event(HAVEN, "contact.opened", timedelta(minutes=8), 2, 2)
    await town.event(HAVEN, "contact.closed", timedelta(minutes=7), 2, 2)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "1 deur of raam staat open" in page


async def test_a_lost_path_is_told_and_is_no_blindness(house: House):
    town = house.town
    await town.way(town.device(KIT), 2, town.now - timedelta(minutes=3))
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "verbinding 2 verbroken sinds" in page
    assert "NIET bewaakt" not in page


async def test_frames_set_aside_are_counted_by_reason_for_the_own_unit(house: House):
    await house.town.set_aside("duinland", "bad_signature", 3)
    await house.town.set_aside("veenrand", "too_large", 2)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "3 frames apart gezet: handtekening klopt niet" in page
    assert "te groot" not in page


async def test_records_with_an_impossible_time_are_told_to_the_own_unit(house: House):
    town = house.town
    for seq in (1, 2):
        await town.pen.execute(
            UNTIMED, [town.device(HAVEN), seq, town.now, "duinland", HAVEN]
        )
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "Bureau Haven: 2 gegevens met een onmogelijke tijd" in page
    page = (await (await house.guest(OUTSIDER)).get("/")).text
    assert "onmogelijke tijd" not in page


async def test_the_administrator_sees_health_and_every_frame_set_aside(house: House):
    await house.town.set_aside(None, "unreadable", 1)
    await house.town.set_aside("veenrand", "too_large", 2)
    page = (await (await house.guest("administrator")).get("/")).text
    assert house.town.device(HAVEN) in page
    assert "niet te lezen" in page
    assert "2 frames apart gezet" in page
    assert "Haven" not in page


async def test_a_safeguard_to_judge_is_on_the_list(house: House):
    due = house.town.inventory.sites[HAVEN].safeguards[0]
    days = (due.judge_on - house.town.now.date()).days
    page = (await (await house.guest(OWNER)).get("/")).text
    assert ("Verlichting achterzijde" in page) is (-90 <= days <= 30)


async def test_times_are_those_of_the_place(house: House):
    await house.town.pen.execute("update store.site set time_zone = 'Asia/Tokyo'")
    row = await house.town.panic()
    cursor = await house.town.row(
        "select to_char(occurred at time zone 'Asia/Tokyo', 'HH24:MI') as clock"
        " from store.incident where incident = %s",
        row,
    )
    page = (await (await house.guest(OWNER)).get("/")).text
    assert f"{cursor['clock']}</li>" in page


async def test_a_silence_that_is_over_stays_on_the_strip(house: House):
    town = house.town
    hour = timedelta(hours=1)
    silent = await town.event(HAVEN, "device.silent", 3 * hour, unheard_s=120)
    await town.judged(silent, ago=3 * hour)
    # The collector finds silence; no device writes it down.
    await town.pen.execute("delete from store.event where kind = 'device.silent'")
    await town.event(HAVEN, "heartbeat", 2 * hour)
    page = (await (await house.guest(OWNER)).get("/")).text
    assert "0 keer beweging terwijl ingeschakeld, 1 keer blind" in page
    (x,) = re.findall(r'class="blind" x="([\d.]+)" width="4\d', page)
    assert 870 < float(x) < 876


async def test_a_device_that_falls_silent_rings_every_open_page(house: House):
    guest = await house.guest(OWNER)
    async with guest.client.stream("GET", "/live/") as live:
        lines = live.aiter_lines()
        while "truth" not in await anext(lines):
            pass
        device = house.town.device(HAVEN)
        await house.town.heard(device, house.town.now, silent=house.town.now)
        await house.town.pen.execute("notify site, 'duinland'")
        # Rung, not found at the next look.
        async with asyncio.timeout(LOOK_AGAIN.total_seconds() - 1):
            while "NIET bewaakt" not in await anext(lines):
                pass
