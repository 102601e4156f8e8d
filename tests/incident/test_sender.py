"""Messages from the store to a real server: who is told what, and when again."""

from datetime import timedelta

from collector.incident import life
from collector.notify.email import EmailSettings
from collector.notify.sender import Pace, backoff
from tests.incident.sending import drain, judged, rows_of, told
from tests.incident.stage import (
    NOW,
    OTHER,
    alarm,
    door,
    panic,
    row,
)


async def test_everybody_gets_one_letter_and_the_log_says_so(
    world, collector, sender, office
):
    (incident,) = await judged(collector, alarm())

    assert await drain(sender) == 2

    assert sorted(str(one["To"]) for one in office.accepted) == [
        "coordinator@noord.example",
        "desk@noord.example",
    ]
    assert f"incident {incident}, actie nodig" in office.accepted[0]["Subject"]
    assert rows_of(world) == [
        ("coordinator-noord", NOW, None, 1, None, None),
        ("desk-noord", NOW, None, 1, None, None),
    ]
    assert told(world) == [
        ("told", "coordinator-noord", None),
        ("told", "desk-noord", None),
    ]


async def test_each_letter_has_the_first_step_of_its_own_role(
    collector, sender, office
):
    await judged(collector, alarm())
    await drain(sender)

    texts = {str(one["To"]): one.get_content() for one in office.accepted}
    assert "Doe nu: doe look" in texts["desk@noord.example"]
    assert "Doe nu: doe visit" in texts["coordinator@noord.example"]
    for text in texts.values():
        assert "Haven" not in text
        assert "Noord" not in text


async def test_who_is_told_later_reads_how_it_stands_then(
    world, collector, dashboard, sender, office
):
    (incident,) = await judged(collector, alarm())
    async with dashboard.transaction(asker="coordinator-noord") as transaction:
        await life.take(transaction, incident, NOW)
        await life.tick_step(transaction, incident, "look", NOW)
    await drain(sender)

    texts = {str(one["To"]): one.get_content() for one in office.accepted}
    assert "Opgepakt door: coördinator." in texts["desk@noord.example"]
    assert "Doe nu: doe send" in texts["desk@noord.example"]
    assert "Opgepakt door u." in texts["coordinator@noord.example"]
    assert len(told(world)) == 2


async def test_nobody_is_called_out_for_what_is_over(world, collector, sender, office):
    (incident,) = await judged(collector, alarm())
    world.execute(
        "update store.incident set state = 'resolved', owner = 'desk-noord',"
        " resolved = now(), outcome = 'test', sentence = 'x' where incident = %s",
        [incident],
    )
    await drain(sender)

    assert office.accepted == []
    assert [row[4] for row in rows_of(world)] == ["resolved before"] * 2
    assert [what for what, *_ in told(world)] == ["not_told"] * 2


async def test_who_left_before_it_went_out_is_not_written_to(
    world, collector, sender, office
):
    await judged(collector, alarm())
    world.execute("update store.person set removed = now() where role = 'desk'")
    await drain(sender)

    assert [str(one["To"]) for one in office.accepted] == ["coordinator@noord.example"]
    assert ("not_told", "desk-noord", "nobody reachable") in told(world)


async def test_the_most_urgent_goes_first(collector, sender, office):
    await judged(collector, row("device.silent", site=OTHER))
    await judged(collector, door())
    await judged(collector, panic(silent=False))
    await drain(sender)

    words = [str(one["Subject"]).partition(":")[0] for one in office.accepted]
    assert words == ["Spoed"] * 3 + ["Let op"] * 2 + ["Ter info"] * 2


async def test_what_is_refused_for_now_is_tried_again_and_arrives_once(
    world, collector, sender, office, clock
):
    await judged(collector, alarm())
    office.data = "451 try later"
    assert await drain(sender) == 2
    assert [row[3:] for row in rows_of(world)] == [(1, "refused 451", None)] * 2
    assert told(world) == []

    assert await drain(sender) == 0  # not due yet
    office.data = "250 OK"
    clock.on(seconds=2)
    assert await drain(sender) == 2

    assert len(set(office.ids)) == len(office.ids) == 2
    assert [row[3:] for row in rows_of(world)] == [(2, None, None)] * 2


async def test_what_is_refused_for_good_is_given_up_where_people_see_it(
    world, collector, sender, office, clock
):
    await judged(collector, alarm())
    office.recipient = "550 no such user"
    await drain(sender)
    office.recipient = "250 OK"
    clock.on(hours=1)

    assert await drain(sender) == 0
    assert [row[1:5] for row in rows_of(world)] == [(None, NOW, 1, "refused 550")] * 2
    assert told(world) == [
        ("not_told", "coordinator-noord", "refused 550"),
        ("not_told", "desk-noord", "refused 550"),
    ]


async def test_a_day_of_refusals_is_enough(world, collector, sender, office, clock):
    await judged(collector, alarm())
    office.data = "451 try later"
    while await drain(sender):
        clock.on(hours=3)

    assert clock.now - NOW >= timedelta(hours=24)
    assert {row[4] for row in rows_of(world)} == {"refused 451"}
    assert all(given_up is not None for _, _, given_up, *_ in rows_of(world))
    assert [what for what, *_ in told(world)] == ["not_told"] * 2


def test_the_wait_doubles_up_to_a_minute_and_never_ends():
    pace = Pace()

    waits = [backoff(tries, pace).total_seconds() for tries in range(1, 200)]

    assert 1.5 <= waits[0] <= 2
    assert 3 <= waits[1] <= 4
    assert all(45 <= wait <= 60 for wait in waits[6:])


def test_a_lease_outlasts_the_sending():
    pace = Pace()

    assert pace.lease >= 2 * pace.send
    assert EmailSettings("x", 25, "a@b.c").timeout_s < pace.send.total_seconds()
