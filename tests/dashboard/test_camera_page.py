"""What the pages tell of cameras: why one is blind, its clip, what is to be done."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.intake.row import EventRow
from dashboard.clip import NEAR
from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, OWNER

H = timedelta(hours=1)
FILM = b"\x00\x00\x00\x1cftypisom" + bytes(range(200)) * 3000


async def site_of(house: House) -> str:
    return (await (await house.guest(OWNER)).get(f"/site/{HAVEN}")).text


@pytest.mark.parametrize(
    ("reason", "suspect", "said"),
    [
        ("covered", "tamper", "camera 6 afgedekt sinds"),
        ("missing", "outage", "camera 6 geen signaal sinds"),
    ],
)
async def test_a_blind_camera_says_why_since_when_and_what_it_probably_is(
    house: House, reason: str, suspect: str, said: str
):
    await house.town.event(
        HAVEN, "camera.lost", 2 * H, 6, reason=reason, suspect=suspect
    )
    why = {"tamper": "waarschijnlijk sabotage", "outage": "stroom of netwerk"}[suspect]
    guest = await house.guest(OWNER)
    for path in (f"/site/{HAVEN}", "/"):
        page = (await guest.get(path)).text
        assert f"apparaat 1: {said}" in page
        assert why in page


async def test_cameras_that_go_together_are_one_line_about_power(house: House):
    for camera in (6, 7):
        await house.town.event(
            HAVEN, "camera.lost", H, camera, reason="missing", suspect="outage"
        )
    page = await site_of(house)
    assert "2 camera&#39;s vallen tegelijk weg sinds" in page
    assert "waarschijnlijk stroom of netwerk" in page
    assert page.count('<p class="strip blind">') == 1


async def test_a_camera_that_is_back_or_whose_device_began_anew_is_not_blind(
    house: House,
):
    town = house.town
    await town.covered(2 * H)
    assert "camera 6 afgedekt" in await site_of(house)
    await town.pen.execute("update store.device_state set run = 'fedcba9876543210'")
    assert '<p class="strip blind">' not in await site_of(house)
    await town.pen.execute("update store.device_state set run = '0123456789abcdef'")
    await town.event(HAVEN, "camera.restored", H, 6)
    assert '<p class="strip blind">' not in await site_of(house)


async def test_a_covered_camera_outside_is_one_urgent_incident_with_its_playbook(
    house: House,
):
    town = house.town
    (incident,) = await town.judged(await town.covered())
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "camera buiten onklaar gemaakt" in page
    assert "Spoed" in page
    assert "Kijk naar de andere camera&#39;s" in page
    assert "laat het bewaren als bewijs" in page
    assert "afgedekt, waarschijnlijk sabotage" in page


async def silent(house: House, camera: int, suspect: str) -> EventRow:
    return await house.town.event(
        HAVEN, "camera.lost", H, camera, reason="missing", suspect=suspect
    )


async def test_cameras_without_power_are_one_incident_and_not_about_tamper(
    house: House,
):
    town = house.town
    # As a device tells it: one is silent, then the other, then it is known why.
    (first,) = await town.judged(await silent(house, 6, "unknown"))
    both = [await silent(house, camera, "outage") for camera in (6, 7)]
    assert await town.judged(*both) == [first]
    row = await town.row(
        "select rule, priority, playbook, count(*) over () from store.incident"
    )
    assert row == {
        "rule": "camera-outage",
        "priority": "attention",
        "playbook": "camera-outage",
        "count": 1,
    }
    page = (await (await house.guest(OWNER)).get(f"/incident/{first}")).text
    assert "camera&#39;s tegelijk weg" in page
    assert "vraag of de stroom of het netwerk is uitgevallen" in page
    assert "Kijk op de tijdlijn of sensoren" not in page
    told = await town.row("select array_agg(distinct reason) from store.message")
    assert told == {"array_agg": ["opened"]}


async def test_a_camera_that_is_silent_alone_becomes_a_matter_of_tampering(
    house: House,
):
    town = house.town
    (first,) = await town.judged(await silent(house, 6, "unknown"))
    assert await town.judged(await silent(house, 6, "tamper")) == [first]
    page = (await (await house.guest(OWNER)).get(f"/incident/{first}")).text
    assert "één camera weg, mogelijk sabotage" in page
    assert "laat het bewaren als bewijs" in page


async def test_who_keeps_coming_back_is_a_notice_about_reconnaissance(house: House):
    town = house.town
    back = await town.event(HAVEN, "visits.repeated", H, 6, 5, visits=3)
    stays = await town.event(HAVEN, "visit.lingered", H / 2, 6, 5, seconds=120.0)
    (incident,) = await town.judged(back, stays)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "verkenning?" in page
    assert "3 keer in 24 uur" in page
    assert "blijft hangen · Voorplein · 2 min 0 s" in page
    row = await town.row("select priority, count(*) over () from store.incident")
    assert row == {"priority": "notice", "count": 1}


async def test_the_clip_of_an_incident_says_how_it_was_received(house: House):
    town = house.town
    lost = await town.covered()
    (incident,) = await town.judged(lost)
    guest = await house.guest(OWNER)
    path = f"/incident/{incident}"
    assert "<video" not in (await guest.get(path)).text
    digest = await town.clip(lost, FILM, come=False)
    page = (await guest.get(path)).text
    assert "Nog niet ontvangen." in page
    await town.picture(HAVEN, FILM)
    await town.pen.execute("update store.picture set complete = null")
    assert "Nog onderweg." in (await guest.get(path)).text
    await town.pen.execute("update store.picture set refused = now()")
    page = (await guest.get(path)).text
    assert "Handtekening klopt NIET." in page
    assert "<video" not in page
    await town.pen.execute("update store.picture set complete = now(), refused = null")
    page = (await guest.get(path)).text
    assert "Handtekening klopt." in page
    assert f"ondertekend van apparaat {lost.device}" in page
    assert f"<code>{digest}</code>" in page
    assert f'src="/clip/{digest}"' in page


async def test_a_clip_says_when_it_begins_and_ends_on_the_clock_of_the_place(
    house: House,
):
    town = house.town
    lost = await town.covered()
    (incident,) = await town.judged(lost)
    await town.clip(lost, FILM)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    begin = (lost.at - timedelta(seconds=5)).astimezone(ZoneInfo("Europe/Amsterdam"))
    end = begin + timedelta(seconds=20)
    assert f"Fragment van {begin:%H:%M:%S} tot {end:%H:%M:%S}" in page


async def test_a_clip_that_another_device_sent_vouches_for_nothing(house: House):
    town = house.town
    lost = await town.covered()
    (incident,) = await town.judged(lost)
    await town.clip(lost, FILM)
    other = town.device("bureau-station")
    await town.pen.execute("update store.picture set device = %s", [other])
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "Nog niet ontvangen." in page
    assert "<video" not in page


async def test_a_flood_of_another_devices_clips_hides_no_clip(house: House):
    town = house.town
    lost = await town.covered()
    (incident,) = await town.judged(lost)
    told: dict[str, Any] = {"seconds": 20.0, "before": 5.0, "size": 9}
    ago = town.now - lost.at
    for number in range(210):
        name = f"{number:064x}"
        await town.event(HAVEN, "clip.kept", ago + NEAR, 6, clip=name, **told)
    other = town.device("bureau-station")
    await town.pen.execute(
        "update store.event set device = %s where kind = 'clip.kept'", [other]
    )
    digest = await town.clip(lost, FILM)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert f'src="/clip/{digest}"' in page


async def test_a_picture_that_another_device_sent_is_not_shown_as_this_ones(
    house: House,
):
    town = house.town
    digest = await town.picture(HAVEN, b"\xff\xd8\xff of another device")
    seen = await town.event(HAVEN, "alarm.raised", H / 60, 6, 5, picture=digest)
    (incident,) = await town.judged(seen)
    guest = await house.guest(OWNER)
    shown = f'src="/picture/{digest}"'
    assert shown in (await guest.get(f"/incident/{incident}")).text
    other = town.device("bureau-station")
    await town.pen.execute("update store.picture set device = %s", [other])
    assert shown not in (await guest.get(f"/incident/{incident}")).text


async def test_ranges_that_nobody_can_mean_give_the_whole_and_no_error(house: House):
    digest = await house.town.clip(await house.town.covered(), FILM)
    await house.keep_blobs()
    guest = await house.guest(OWNER)
    many = "bytes=" + ",".join(f"{at}-{at}" for at in range(500))
    for asked in (many, "items=0-5", "bytes=0-1,2-3", "bytes=--5", "bytes=a-b", "="):
        given = await guest.get(f"/clip/{digest}", headers={"range": asked})
        assert (given.status_code, given.content) == (200, FILM)
        assert "content-range" not in given.headers
    for asked in ("bytes=-0", f"bytes={10**17}-", "bytes=5-2"):
        given = await guest.get(f"/clip/{digest}", headers={"range": asked})
        assert given.status_code == 416


async def test_a_clip_is_given_whole_or_in_the_ranges_that_a_player_asks_for(
    house: House,
):
    digest = await house.town.clip(await house.town.covered(), FILM)
    await house.keep_blobs()
    guest = await house.guest(OWNER)
    whole = await guest.get(f"/clip/{digest}")
    assert (whole.status_code, whole.content) == (200, FILM)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "no-store"
    assert "media-src 'self'" in whole.headers["content-security-policy"]
    for asked, first, end in (
        ("bytes=0-", 0, len(FILM)),
        ("bytes=100-299", 100, 300),
        ("bytes=-50", len(FILM) - 50, len(FILM)),
    ):
        part = await guest.get(f"/clip/{digest}", headers={"range": asked})
        assert (part.status_code, part.content) == (206, FILM[first:end])
        said = f"bytes {first}-{end - 1}/{len(FILM)}"
        assert part.headers["content-range"] == said
        assert part.headers["content-length"] == str(end - first)
    beyond = await guest.get(
        f"/clip/{digest}", headers={"range": f"bytes={len(FILM)}-"}
    )
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(FILM)}"


async def test_a_clip_is_no_picture_and_a_picture_no_clip(house: House):
    town = house.town
    clip = await town.clip(await town.covered(), FILM)
    picture = await town.picture(HAVEN, b"\xff\xd8\xffpicture")
    await house.keep_blobs()
    guest = await house.guest(OWNER)
    for path in (
        f"/picture/{clip}",
        f"/clip/{picture}",
        "/clip/x",
        f"/clip/{clip[::-1]}",
    ):
        assert (await guest.get(path)).status_code == 404, path


async def test_the_day_tells_rain_and_light_quietly_and_who_came_from_where(
    house: House,
):
    town = house.town
    await town.event(HAVEN, "nuisance.started", 5 * H, 6)
    await town.event(HAVEN, "nuisance.ended", 3 * H, 6, seconds=7200.0, held=214)
    await town.event(HAVEN, "light.changed", 2 * H, 6, change="infrared_on")
    await town.event(HAVEN, "motion.started", H, 6, 5)
    await town.event(
        HAVEN, "motion.ended", H / 2, 6, 5, seconds=30.0, entered="left", left="top"
    )
    page = await site_of(house)
    assert page.count('class="nuisance"') == page.count('class="light"') == 1
    assert page.count('class="seen"') == 1
    assert "kwam van links, ging boven uit beeld" in page
    assert "infrarood aan" in page
    assert "214 meldingen ingehouden" in page
    unit = (await (await house.guest(OWNER)).get("/")).text
    assert 'class="nuisance"' in unit
    assert 'class="light"' in unit


async def test_a_restless_night_hides_no_alarm_of_the_morning(house: House):
    town = house.town
    await town.event(HAVEN, "light.changed", 20 * H, 6, 5, change="headlight")
    await town.pen.execute(
        """insert into store.event
           select device, run, 'up', n + 1000, at + n * interval '1 second', received,
                  unit, site, kind, sensor, zone, data
             from store.event, generate_series(1, 5200) n"""
    )
    await town.intrusion(ago=H)
    page = await site_of(house)
    assert "alarm · Achterdeur" in page
    assert 'class="alarm"' in page
    assert "De laatste 100 gebeurtenissen" in page


async def test_what_a_camera_asks_for_is_to_do_until_somebody_sets_it_aside(
    house: House,
):
    town = house.town
    dirty = await town.event(HAVEN, "lens.dirty", H, 6)
    proposal: dict[str, Any] = {"preset": "low", "now": 41, "then": 6, "hours": 168}
    await town.event(HAVEN, "preset.proposed", 2 * H, 7, **proposal)
    await town.event(HAVEN, "disk.filling", 3 * H, used=0.81)
    await town.heard(dirty.device, town.now, disk_free=0.12)
    guest = await house.guest(OWNER)
    page = (await guest.get("/")).text
    assert "camera 6: lens schoonmaken" in page
    assert "camera 7: gevoeligheid lager?" in page
    assert "De laatste 7 dagen 41 meldingen, dan 6." in page
    assert "<code>sensitivity: low</code>" in page
    assert "schijf voor 88\u00a0% vol" in page
    task = {"device": dirty.device, "sensor": "6", "kind": "lens.dirty"}
    for _ in range(2):
        answer = await guest.post("/task/aside", at=dirty.at.isoformat(), **task)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = (await guest.get("/")).text
    assert "lens schoonmaken" not in page
    assert "gevoeligheid lager?" in page
    row = await town.row("select person, kind, unit from store.task_aside")
    assert row == {"person": OWNER, "kind": "lens.dirty", "unit": "duinland"}


async def test_a_task_that_nobody_was_given_is_refused(house: House):
    row = await house.town.event(HAVEN, "lens.dirty", H, 6)
    at = row.at.isoformat()
    fields = {"device": row.device, "sensor": "6", "kind": "lens.dirty", "at": at}
    guest = await house.guest(OWNER)
    for wrong, status in (
        ({"sensor": "7"}, 404),
        ({"kind": "camera.lost"}, 404),
        ({"at": "2026-01-01T00:00:00+00:00"}, 404),
        ({"at": "2026-01-01T00:00:00"}, 422),
        ({"at": "yesterday"}, 422),
        ({"sensor": "-1"}, 422),
        ({"device": ""}, 422),
    ):
        answer = await guest.post("/task/aside", **{**fields, **wrong})
        assert answer.status_code == status, wrong
    assert await house.town.row("select 1 from store.task_aside") == {}
