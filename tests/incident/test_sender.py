"""Messages from the store to a real server, through everything that can go wrong."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from collector.database import Database
from collector.errors import DatabaseAwayError
from collector.incident import life
from collector.incident.judge import judge
from collector.notify.channel import Letter
from collector.notify.email import Email, EmailSettings
from collector.notify.sender import Pace, Sender, backoff, run
from tests.collector.databases import Role
from tests.incident.post_office import PostOffice, open_office
from tests.incident.stage import (
    NOW,
    OTHER,
    alarm,
    door,
    inventory,
    look,
    panic,
    row,
)

BASE = "https://wachtpost.example"
Owner = psycopg.Connection[Any]


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_office() as running:
        yield running


def email(office: PostOffice, timeout_s: float = 10) -> Email:
    where = EmailSettings(
        "127.0.0.1",
        office.port,
        "wachtpost@dienst.example",
        security="none",
        timeout_s=timeout_s,
    )
    return Email(where)


@pytest.fixture
def sender(collector: Database, office: PostOffice, clock: Clock) -> Sender:
    return Sender(collector, email(office), BASE, clock)


async def judged(database: Database, *rows: Any) -> list[int]:
    async with database.transaction() as transaction:
        return await judge(transaction, inventory(), rows, NOW)


async def drain(sender: Sender) -> int:
    count = 0
    while await sender.one():
        count += 1
    return count


def rows_of(owner: Owner) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select person, sent, given_up, tries, trouble, leased_until"
        " from store.message order by person, message",
    )


def told(owner: Owner) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select what, data->>'person', data->>'trouble' from store.incident_log"
        " where what in ('told', 'not_told') order by entry",
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


async def test_a_server_that_dies_in_mid_data_costs_no_message(
    collector, sender, office, clock
):
    await judged(collector, alarm())
    office.dies = True
    await drain(sender)
    assert office.accepted == []

    office.dies = False
    clock.on(seconds=10)
    await drain(sender)
    assert len(office.accepted) == 2


async def test_a_server_that_hangs_is_left_and_tried_again(
    world, collector, office, clock
):
    await judged(collector, alarm())
    office.hold = asyncio.Event()
    await drain(Sender(collector, email(office, timeout_s=0.2), BASE, clock))
    assert {row[4] for row in rows_of(world)} == {"timeout"}

    office.hold = None
    clock.on(seconds=10)
    await drain(Sender(collector, email(office), BASE, clock))
    assert len(set(office.ids)) == 2


async def test_senders_side_by_side_send_each_message_once(
    world, database_url, office, clock
):
    async with Database.open(database_url("wachtpost_collector"), "other") as one:
        for seq in range(1, 9):
            await judged(one, alarm(seq), alarm(seq, site=OTHER))
            await judged(one, panic(100 + seq, silent=False))
            world.execute(
                "update store.incident set state = 'resolved', owner = 'desk-noord',"
                " resolved = now(), outcome = 'test', sentence = 'x'"
            )
        world.execute(
            "update store.incident set state = 'open', owner = null, resolved = null,"
            " outcome = null, sentence = null, cause = 'cause-' || incident"
        )
        senders = [Sender(one, email(office), BASE, clock) for _ in range(3)]
        handled = await asyncio.gather(*(drain(sender) for sender in senders))

    ((count,),) = look(world, "select count(*) from store.message")
    assert sum(handled) == count == 8 * 7
    assert len(office.ids) == len(set(office.ids)) == count
    assert all(share > 0 for share in handled)


async def test_a_message_that_another_sender_holds_is_left_alone(
    collector, sender, office, clock
):
    await judged(collector, alarm())
    office.hold = asyncio.Event()
    others = [Sender(collector, email(office), BASE, clock) for _ in range(2)]
    busy = [asyncio.create_task(other.one()) for other in others]
    while office.attempts < 2:  # noqa: ASYNC110  # the server is another's program
        await asyncio.sleep(0)

    assert await sender.one() is False

    office.hold.set()
    await asyncio.gather(*busy)
    assert len(office.ids) == len(set(office.ids)) == 2


async def test_a_sender_killed_between_acceptance_and_mark_sends_it_again(
    world, collector, database_url, office, clock
):
    await judged(collector, alarm())
    world.execute("delete from store.message where person <> 'desk-noord'")
    holder = psycopg.connect(database_url("postgres"))
    child = await start_sender(database_url, office)
    try:
        office.hold = asyncio.Event()
        await child_connects(office)
        holder.execute("select from store.message for update")  # it cannot mark
        office.hold.set()
        await waits_for_lock(world)
        child.kill()
        await child.wait()
    finally:
        holder.close()
    await end_of_killed(world)
    assert rows_of(world)[0][1] is None
    assert len(office.ids) == 1

    clock.now = look(world, "select leased_until from store.message")[0][0]
    assert await drain(Sender(collector, email(office), BASE, clock)) == 1

    assert len(office.ids) == 2
    assert len(set(office.ids)) == 1  # whoever reads it can tell that it is the same
    assert told(world) == [("told", "desk-noord", None)]


async def start_sender(
    database_url: Callable[[Role], str], office: PostOffice
) -> asyncio.subprocess.Process:
    office.hold = asyncio.Event()
    url = make_conninfo(database_url("wachtpost_collector"))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.incident.send", url, str(office.port)),
        stdout=asyncio.subprocess.DEVNULL,
    )


async def child_connects(office: PostOffice) -> None:
    while office.attempts == 0:  # noqa: ASYNC110  # the server is another's program
        await asyncio.sleep(0.01)


async def waits_for_lock(owner: Owner) -> None:
    waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
    while not look(owner, waiting):  # noqa: ASYNC110  # PostgreSQL tells nobody
        await asyncio.sleep(0.01)


async def end_of_killed(owner: Owner) -> None:
    left = "select pg_terminate_backend(pid) from pg_stat_activity \
        where application_name like 'killed sender%%'"
    while look(owner, left):  # noqa: ASYNC110  # PostgreSQL tells nobody
        await asyncio.sleep(0.01)


async def test_a_database_that_leaves_after_the_acceptance_brings_no_second_letter(
    world, collector, sender, office
):
    await judged(collector, alarm())
    world.execute("delete from store.message where person <> 'desk-noord'")
    office.hold = asyncio.Event()
    sending = asyncio.create_task(sender.one())
    await child_connects(office)
    holder = psycopg.connect(world.info.dsn, host="127.0.0.1")
    holder.execute("select from store.message for update")
    office.hold.set()
    await waits_for_lock(world)
    world.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where wait_event_type = 'Lock'"
    )
    with pytest.raises(DatabaseAwayError):
        await sending
    holder.close()

    assert await drain(sender) == 0
    assert len(office.ids) == 1
    assert told(world) == [("told", "desk-noord", None)]


async def test_a_sender_that_is_stopped_finishes_the_letter_in_hand(
    world, collector, sender, office
):
    await judged(collector, alarm())
    office.hold = asyncio.Event()
    sending = asyncio.create_task(sender.one())
    await child_connects(office)

    sending.cancel()
    office.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert len(office.ids) == len(told(world)) == 1


class Hanging:
    """A channel that takes a letter and never says anything again."""

    name = "pigeon"

    def __init__(self) -> None:
        self.took = asyncio.Event()

    async def send(self, letter: Letter) -> None:
        assert letter.urgent
        self.took.set()
        await asyncio.Event().wait()


async def test_a_channel_that_hangs_holds_no_other_channel_up(
    world, collector, office, clock
):
    await judged(collector, alarm())
    world.execute(
        "insert into store.message (incident, unit, person, channel, reason, next_try)"
        " select incident, unit, person, 'pigeon', reason, next_try from store.message"
    )
    pigeon = Hanging()
    running = asyncio.create_task(run(collector, [pigeon, email(office)], BASE, clock))
    await pigeon.took.wait()
    while len(told(world)) < 2:  # noqa: ASYNC110  # rows tell nobody
        await asyncio.sleep(0.01)

    assert len(office.accepted) == 2
    running.cancel()
    for task in asyncio.all_tasks():
        if task.get_name() == "notify.message":
            task.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_running_sender_wakes_for_a_new_incident_and_a_hand_over(
    world, collector, dashboard, office, clock
):
    running = asyncio.create_task(run(collector, [email(office)], BASE, clock))
    (incident,) = await judged(collector, alarm())
    while len(told(world)) < 2:  # noqa: ASYNC110  # rows tell nobody
        await asyncio.sleep(0.01)
    async with dashboard.transaction(asker="desk-noord") as transaction:
        to = life.ToPerson("deputy-noord")
        await life.hand_over(transaction, incident, to, NOW)
    while len(told(world)) < 3:  # noqa: ASYNC110  # rows tell nobody
        await asyncio.sleep(0.01)

    last = office.accepted[-1]
    assert last["To"] == "deputy@noord.example"
    assert last["Subject"] == f"Urgent: incident {incident} was handed over to you"
    assert "Taken by you." in last.get_content()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


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
