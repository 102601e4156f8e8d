"""The watchdog speaks up by its own way, where the collectors do not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.database import Database, Limits
from collector.incident import life
from collector.metrics import Health
from collector.notify.short import ROOM, fold, septets
from collector.notify.sms import Sms, SmsSettings
from collector.watchdog import missed
from collector.watchdog.alarm import AWAY, TROUBLES, Say, Sight
from collector.watchdog.guard import Listener, watch, words_in
from collector.watchdog.look import look
from tests.incident.duty import escalator, judged
from tests.incident.post_office import PostOffice
from tests.incident.sending import BASE, email
from tests.incident.stage import NOW, alarm, row
from tests.incident.stage import look as seen
from tests.notify.gateway import TOKEN, open_gateway

HEARS = """
    insert into store.listener values ('one', now() - interval '1 h', now(), now())
        on conflict (name) do update set until = excluded.until"""
LONG_AGO = "update store.listener set until = now() - interval '61 s'"


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


def listener(office: PostOffice, who: str = "admin", **more: Any) -> Listener:
    language = more.pop("language", "nl")
    return Listener(f"{who}@dienst.example", email(office, **more), BASE, language)


def subjects(office: PostOffice) -> list[str]:
    return [str(one["Subject"]) for one in office.accepted]


@pytest.fixture
def heard(world):
    """Have a collector that hears."""
    world.execute(HEARS)
    return world


@pytest.mark.usefixtures("heard")
async def test_all_is_well_where_every_step_was_done_and_somebody_hears(collector):
    await judged(collector, alarm())
    await escalator(collector).look(after(60))
    assert await look(collector, "w", after(81)) == Sight()


@pytest.mark.usefixtures("heard")
async def test_a_step_that_nobody_did_within_20_s_is_overdue(collector):
    (number,) = await judged(collector, alarm())
    assert await look(collector, "w", after(80)) == Sight()
    sight = await look(collector, "w", after(80.1))
    assert sight == Sight(frozenset({"overdue"}), incidents=(number,))


async def test_an_incident_without_steps_is_overdue_as_well(heard, collector):
    (number,) = await judged(collector, alarm())
    heard.execute("delete from store.escalation")
    assert (await look(collector, "w", after(21))).incidents == (number,)


@pytest.mark.usefixtures("heard")
async def test_an_owner_whose_time_is_over_and_keeps_it_is_overdue(
    collector, dashboard
):
    (number,) = await judged(collector, alarm())
    async with dashboard.transaction(asker="desk-noord") as transaction:
        await life.take(transaction, number, NOW)
    assert await look(collector, "w", after(920)) == Sight()
    assert (await look(collector, "w", after(921))).incidents == (number,)


@pytest.mark.usefixtures("heard")
async def test_a_notice_is_never_overdue(collector):
    await judged(collector, row("device.silent"))
    assert await look(collector, "w", after(10**6)) == Sight()


async def test_no_collector_that_hears_for_a_minute_is_a_trouble(world, collector):
    assert (await look(collector, "w", NOW)).troubles == {"deaf"}
    world.execute(HEARS)
    assert (await look(collector, "w", NOW)).troubles == set()
    world.execute(LONG_AGO)
    assert (await look(collector, "w", NOW)).troubles == {"deaf"}


async def test_a_database_that_is_away_is_a_trouble_and_hides_no_other():
    limits = Limits(connections=1, wait_s=0.2)
    async with Database.open(
        "postgresql://wachtpost_collector@127.0.0.1:1/nowhere", "test", limits
    ) as away:
        assert await look(away, "w", NOW) == AWAY


async def test_each_look_is_written_down(world, collector):
    await look(collector, "one", NOW)
    await look(collector, "two", NOW)
    await look(collector, "two", NOW)
    names = seen(world, "select name from store.watchdog order by name")
    assert names == [("one",), ("two",)]


@pytest.mark.usefixtures("heard")
async def test_what_is_wrong_is_told_once_and_that_it_is_over_once(collector, office):
    (number,) = await judged(collector, alarm())
    people, health = [listener(office)], Health()
    for second in (100, 105, 110):
        await watch(collector, "w", people, after(second), health)
    assert subjects(office) == [
        "Wachtpost WAAKHOND: een incident wacht en niemand wordt gewaarschuwd"
    ]
    assert f"over incident {number}," in office.accepted[0].get_content()
    assert office.accepted[0]["Importance"] == "high"
    assert health.troubles["collectors"] == "overdue"

    await escalator(collector).look(after(111))
    for second in (115, 120):
        await watch(collector, "w", people, after(second), health)
    assert len(office.accepted) == 2
    assert "dat is voorbij" in subjects(office)[1]
    assert health.troubles == {}


async def test_it_is_told_again_every_quarter_of_an_hour(heard, collector, office):
    heard.execute(LONG_AGO)
    people, health = [listener(office)], Health()
    for second in (0, 899, 900, 1799, 1800):
        await watch(collector, "w", people, after(second), health)
    assert len(office.accepted) == 3
    assert "Dit duurt nog" in office.accepted[2].get_content()
    assert len({one["Message-ID"] for one in office.accepted}) == 3


async def test_a_letter_that_was_not_accepted_comes_at_the_next_look(
    heard, collector, office
):
    heard.execute(LONG_AGO)
    people, health = [listener(office)], Health()
    office.data = "451 later"
    await watch(collector, "w", people, NOW, health)
    assert "telling" in health.troubles
    office.data = "250 OK"
    await watch(collector, "w", people, after(5), health)
    assert subjects(office) == ["Wachtpost WAAKHOND: geen collector hoort iets"]
    assert "telling" not in health.troubles


async def test_a_mail_server_that_hangs_for_one_keeps_it_from_nobody(
    heard, collector, office
):
    heard.execute(LONG_AGO)
    office.hold = asyncio.Event()
    hangs = listener(office, "hangs", timeout_s=0.3)
    both = [hangs, listener(office, "too", timeout_s=0.3)]
    await watch(collector, "w", both, NOW, Health())
    assert office.attempts == 2
    office.hold = None
    await watch(collector, "w", [hangs, listener(office, "too")], after(5), Health())
    assert {str(one["To"]) for one in office.accepted} == {
        "hangs@dienst.example",
        "too@dienst.example",
    }


@pytest.mark.usefixtures("heard")
async def test_with_nobody_to_tell_the_page_says_so(collector):
    health = Health()
    await watch(collector, "w", [], NOW, health)
    assert health.troubles == {"telling": "nobody to tell is set: nobody is told"}


async def test_a_letter_names_no_place_and_says_what_to_do_a3(collector, office):
    await judged(collector, alarm())
    for language in ("nl", "en"):
        people = [listener(office, language=language)]
        await watch(collector, "w", people, after(100), Health())
    assert len(office.accepted) == 4
    for one in office.accepted:
        text = f"{one['Subject']} {one.get_content()}"
        assert "haven" not in text.casefold()
        assert "noord" not in text.casefold()
        assert "Doe nu:" in text or "Do now:" in text
        assert BASE in text


async def test_an_exercise_that_is_overdue_is_marked_as_one_a4(
    heard, collector, office
):
    (real,) = await judged(collector, alarm())
    heard.execute("update store.incident set exercise = true")
    await watch(collector, "w", [listener(office)], after(100), Health())
    assert subjects(office)[0].startswith("OEFENING: Wachtpost")
    assert f"incident {real} (OEFENING)," in office.accepted[0].get_content()

    heard.execute("update store.incident set exercise = false")
    people = [listener(office, language="en")]
    await watch(collector, "w", people, after(100), Health())
    assert "EXERCISE" not in subjects(office)[1] + office.accepted[1].get_content()


@pytest.mark.usefixtures("heard")
async def test_a_mobile_gets_the_same_in_one_sms_once_where_the_answer_was_lost(
    collector,
):
    await judged(collector, alarm())
    async with open_gateway() as gateway:
        channel = Sms(SmsSettings(gateway.url, TOKEN))
        people = [Listener("+31612345678", channel, BASE, "nl")]
        gateway.answers = [599]  # taken, and never said
        for second in (100, 105, 110):
            await watch(collector, "w", people, after(second), Health())
        assert gateway.requests == 2
        (said,) = gateway.delivered.values()
    assert said["to"] == "+31612345678"
    assert "Het zijn er 1: bel de 24-uursdesk." in said["text"]
    assert said["text"].endswith(BASE)
    assert septets(said["text"]) <= ROOM


def test_every_sms_fits_also_with_a_long_address():
    link = "https://wachtpost.een-lange-naam.politie.example"
    for language in ("nl", "en"):
        someone = Listener("+31612345678", None, link, language)  # type: ignore[arg-type]  # sends nothing
        for trouble in TROUBLES:
            for word in ("began", "lasts", "well"):
                sight = Sight(frozenset({trouble}), incidents=tuple(range(20)))
                letter = someone._letter(Say(trouble, word), sight, NOW)
                assert septets(letter.short) <= ROOM
                assert link in letter.short
                assert fold(letter.short) == letter.short


def test_both_languages_have_the_same_words():
    dutch, english = words_in("nl"), words_in("en")
    assert {part: set(words) for part, words in dutch.items()} == {
        part: set(words) for part, words in english.items()
    }


async def test_a_watchdog_that_stops_is_missed_and_told_to_the_administrator(
    world, collector
):
    health = Health()
    world.execute("insert into store.watchdog values ('w', now() - interval '59 s')")
    await missed.miss(collector, health)
    assert health.troubles == {}

    world.execute("update store.watchdog set seen = now() - interval '61 s'")
    for _ in range(3):
        await missed.miss(collector, health)
    assert "nobody watches over us" in health.troubles["watchdog"]
    told = "select sort from store.attention"
    assert seen(world, told) == [("watchdog_lost",)]

    await look(collector, "w", datetime.now(UTC))
    await missed.miss(collector, health)
    assert health.troubles == {}


async def test_a_watchdog_that_never_was_is_missed_too_and_each_loss_anew(
    world, collector
):
    health = Health()
    await missed.miss(collector, health)
    assert "since ever" in health.troubles["watchdog"].replace(
        "seen ever", "since ever"
    )
    world.execute("update store.attention set at = at - interval '1 h'")
    world.execute("insert into store.watchdog values ('w', now() - interval '5 min')")
    await missed.miss(collector, health)
    assert seen(world, "select count(*) from store.attention") == [(2,)]
