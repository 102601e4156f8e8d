"""The incident page: steps, evidence, the log, and what people do."""

from datetime import timedelta

from tests.dashboard.house import House
from tests.dashboard.town import COLLEAGUE, HAVEN, OWNER


async def test_my_steps_come_first_and_say_which_are_mandatory(house: House):
    incident = await house.town.intrusion()
    page = (await (await house.guest(COLLEAGUE)).get(f"/incident/{incident}")).text
    assert page.index("Mijn stappen: 24-uursdesk") < page.index("Stappen van: coö")
    assert "verplicht" in page
    assert "Afronden kan na nog 3 verplichte stappen." in page


async def test_taking_shows_who_has_it_and_two_takers_learn_who_was_first(
    house: House,
):
    incident = await house.town.intrusion()
    owner, colleague = await house.guest(OWNER), await house.guest(COLLEAGUE)
    path = f"/incident/{incident}"
    assert (await owner.post(f"{path}/take")).headers["location"] == path
    second = await colleague.post(f"{path}/take")
    assert second.status_code == 409
    assert "Al opgepakt door: coördinator." in second.text
    assert "Opgepakt door coördinator" in (await colleague.get(path)).text


async def test_taking_from_the_unit_page_stays_there(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    path = f"/incident/{incident}/take"
    assert (await guest.post(path, **{"from": "home"})).headers["location"] == "/"


async def test_htmx_gets_the_live_part_anew(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    answer = await guest.client.post(
        f"/incident/{incident}/take",
        data={"token": guest.token},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Opgepakt door" in answer.text


async def test_an_incident_is_taken_through_its_steps_and_resolved(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(COLLEAGUE)
    path = f"/incident/{incident}"
    await guest.post(f"{path}/take")
    cursor = await house.town.pen.execute(
        "select step from store.incident_step where mandatory order by place"
    )
    steps = [row[0] for row in await cursor.fetchall()]
    for step in steps:
        assert (await guest.post(f"{path}/tick", step=step)).status_code == 303
    await guest.post(f"{path}/untick", step=steps[0])
    early = await guest.post(f"{path}/resolve", outcome="false", sentence="Te vroeg.")
    assert early.status_code == 409
    await guest.post(f"{path}/tick", step=steps[0])
    answer = await guest.post(f"{path}/resolve", outcome="false", sentence="Kat.")
    assert answer.headers["location"] == path
    page = (await guest.get(path)).text
    assert "Vals alarm: Kat." in page
    assert "Teruggedraaid door 24-uursdesk" in page
    assert "Afgerond door 24-uursdesk: Vals alarm" in page
    assert "Afronden of overdragen" not in page
    late = await guest.post(f"{path}/take")
    assert "al afgerond" in late.text
    assert "Kat." in (await guest.get("/")).text


async def test_handing_over_to_the_control_room_makes_it_sound_again(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    path = f"/incident/{incident}"
    await guest.post(f"{path}/take")
    assert 'data-sound=""' in (await guest.get("/")).text
    await guest.post(f"{path}/hand-over", to="role:control_room")
    assert 'data-sound="attention"' in (await guest.get("/")).text
    room = await house.guest("duinland-control-room")
    page = (await room.get("/")).text
    assert "Bureau Haven" in page
    assert (await room.get(path)).status_code == 200
    assert "Overgedragen door coördinator aan meldkamer" in (await guest.get(path)).text


async def test_an_untaken_incident_says_whom_it_goes_to_and_when(house: House):
    incident = await house.town.intrusion()
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "Pakt niemand het op, dan gaat het om" in page
    assert "naar wie dienst heeft, de vervanger van dienst." in page


async def test_the_owner_reads_until_when_it_is_his_and_may_draw_it_out(house: House):
    incident = await house.town.intrusion()
    guest, path = await house.guest(OWNER), f"/incident/{incident}"
    await guest.post(f"{path}/take")
    before = await house.town.row("select taken_until from store.incident")
    page = (await guest.get(path)).text
    assert "Dat blijft zo tot" in page
    assert 'id="hold"' in page
    assert "Pakt niemand het op" not in page
    assert 'id="hold"' not in (await (await house.guest(COLLEAGUE)).get(path)).text
    assert "opgepakt: coördinator" in (await guest.get("/")).text

    assert (await guest.post(f"{path}/hold")).status_code == 303

    after = await house.town.row("select taken_until from store.incident")
    assert after["taken_until"] > before["taken_until"]
    assert "Nog mee bezig: coördinator" in (await guest.get(path)).text


async def test_what_the_service_did_with_it_is_in_the_log_in_words(house: House):
    incident = await house.town.intrusion()
    for what, data in (
        ("shift_changed", '{"to_person": "piet", "since": "2026-01-01T00:00:00Z"}'),
        ("lapsed", '{"from_person": "x", "from_role": "desk", "round": 2}'),
        ("escalated", '{"round": 1, "step": 3, "tells": ["desk", "control_room"]}'),
        (
            "shift_changed",
            '{"from_person": "piet", "to_person": "jan", "owner_role": "desk"}',
        ),
    ):
        await house.town.row(
            "insert into store.incident_log (incident, unit, what, data)"
            " values (%s, 'duinland', %s, %s) returning 1 as done",
            incident,
            what,
            data,
        )
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "Weer vrij: 24-uursdesk deed er te lang niets aan" in page
    assert "doorgegeven aan de 24-uursdesk, de meldkamer" in page
    assert "Dienstwissel: van piet naar 24-uursdesk" in page
    assert "Dienstwissel: piet weet dat het nog wacht" in page


async def test_handing_over_to_a_colleague_makes_him_the_owner(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    await guest.post(f"/incident/{incident}/hand-over", to=f"person:{COLLEAGUE}")
    row = await house.town.row("select owner, state from store.incident")
    assert row == {"owner": COLLEAGUE, "state": "acknowledged"}


async def test_a_second_sensor_confirms_and_says_after_how_long(house: House):
    town = house.town
    incident = await town.intrusion(ago=timedelta(minutes=6))
    again = await town.event(
        HAVEN, "alarm.raised", timedelta(minutes=5, seconds=20), 3, 4, cause="motion"
    )
    await town.judged(again)
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "bevestigd door een tweede sensor" in page
    assert "na 40 s" in page


async def test_the_picture_that_opened_it_is_shown_and_given(house: House):
    town = house.town
    digest = await town.picture(HAVEN, b"\xff\xd8\xffpicture")
    await house.keep_blobs()
    incident = await town.intrusion(picture=digest)
    guest = await house.guest(OWNER)
    page = (await guest.get(f"/incident/{incident}")).text
    assert f'src="/picture/{digest}"' in page
    answer = await guest.get(f"/picture/{digest}")
    assert answer.content == b"\xff\xd8\xffpicture"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_picture_that_is_not_whole_or_lost_is_not_promised(house: House):
    town = house.town
    digest = await town.picture(HAVEN, b"\xff\xd8\xffpicture")
    incident = await town.intrusion(picture=digest)
    guest = await house.guest(OWNER)
    assert (await guest.get(f"/picture/{digest}")).status_code == 404
    await town.pen.execute("update store.picture set complete = null")
    assert f"/picture/{digest}" not in (await guest.get(f"/incident/{incident}")).text


async def test_a_silent_call_of_a_kit_says_not_to_ring_and_a_loud_one_does_not(
    house: House,
):
    guest = await house.guest(COLLEAGUE)
    silent = await house.town.panic(silent=True)
    loud = await house.town.panic(site="r7lm-wt")
    page = (await guest.get(f"/incident/{silent}")).text
    assert "Stil: bel NIET naar deze kit" in page
    assert "Bel, app en mail de bewoner NIET" in page
    assert "Stil: bel NIET" not in (await guest.get(f"/incident/{loud}")).text


async def test_a_kit_shows_no_time_line_and_no_place(house: House):
    incident = await house.town.panic()
    page = (await (await house.guest(OWNER)).get(f"/incident/{incident}")).text
    assert "Een kit deelt alleen wat bij dit incident hoort." in page
    assert 'class="lanes' not in page


async def test_an_exercise_is_written_large(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    path = f"/incident/{incident}"
    await guest.post(f"{path}/resolve", outcome="exercise", sentence="Oefening.")
    assert 'class="strip exercise">Oefening' in (await guest.get(path)).text


async def test_a_kind_that_this_version_does_not_know_does_not_break_the_page(
    house: House,
):
    incident = await house.town.intrusion()
    await house.town.pen.execute("update store.incident_record set kind = 'brand.new'")
    page = await (await house.guest(OWNER)).get(f"/incident/{incident}")
    assert page.status_code == 200
    assert "onbekende gebeurtenis" in page.text
