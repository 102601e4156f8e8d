"""Messages go out once through everything that can go wrong."""

import asyncio
import sys
from collections.abc import Callable

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from collector.database import Database
from collector.errors import DatabaseAwayError
from collector.incident import life
from collector.notify.channel import Letter
from collector.notify.sender import Sender, run
from tests.collector.databases import Role
from tests.incident.post_office import PostOffice
from tests.incident.sending import (
    BASE,
    Owner,
    drain,
    email,
    judged,
    rows_of,
    told,
)
from tests.incident.stage import (
    NOW,
    OTHER,
    alarm,
    look,
    panic,
)


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
    world.execute("""update store.person set tell = tell || '{"pigeon": "p"}'""")
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
