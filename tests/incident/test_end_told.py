"""Who was told that an incident began is told that it ended by itself, and nobody else.

On a real mail server, through the same door as every other letter.
"""

from datetime import timedelta
from typing import Any

import pytest

from collector.database import Database
from collector.incident.ending import end
from collector.notify.sender import Sender
from tests.incident.post_office import PostOffice
from tests.incident.ruling import Owner, judged
from tests.incident.sending import Clock, drain, told
from tests.incident.stage import (
    NOW,
    RULES,
    STATION,
    alarm,
    inventory,
    look,
    row,
    rule,
)

WORLD = inventory([*RULES, rule("withheld", "records.withheld", priority="attention")])
DESK, COORDINATOR = "desk@noord.example", "coordinator@noord.example"
ENDED = "vanzelf geëindigd"


async def withheld(database: Database, seq: int = 1, **more: Any) -> int:
    return (await judged(database, row("records.withheld", seq, **more), world=WORLD))[
        0
    ]


async def ended(database: Database) -> list[int]:
    async with database.transaction() as transaction:
        return await end(transaction, STATION, NOW)


def letters(office: PostOffice, word: str = ENDED) -> list[str]:
    """Give to whom letters went whose subject holds a word, in order."""
    return sorted(str(one["To"]) for one in office.accepted if word in one["Subject"])


async def test_who_was_told_of_the_start_is_told_of_the_end_once(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    incident = await withheld(collector)
    assert await drain(sender) == 2
    before = [str(one["To"]) for one in office.accepted]
    assert await ended(collector) == [incident]
    assert await ended(collector) == []
    assert await drain(sender) == 2
    assert letters(office) == sorted(before) == [COORDINATOR, DESK]
    assert f"incident {incident} {'is'} {ENDED}" in office.accepted[-1]["Subject"]
    assert [what for what, *_ in told(world)] == ["told"] * 4
    assert await drain(sender) == 0


async def test_each_reads_it_in_his_own_language(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    world.execute(b"update store.person set language = 'en' where role = 'desk'")
    await withheld(collector)
    await drain(sender)
    await ended(collector)
    await drain(sender)
    assert letters(office) == [COORDINATOR]
    assert letters(office, "ended by itself") == [DESK]
    (english,) = [one for one in office.accepted if "ended by" in one["Subject"]]
    assert "all that was missing came after all" in english.get_content()


async def test_who_was_not_told_of_the_start_is_told_nothing(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    await withheld(collector)
    await ended(collector)
    await drain(sender)
    assert office.accepted == []
    unsent = look(world, "select reason, trouble from store.message order by 1")
    assert (
        unsent
        == [("ended", "not told of it")] * 2 + [("opened", "resolved before")] * 2
    )
    # That nobody was told of an end that nobody waited for is no trouble to be told.
    assert [what for what, *_ in told(world)] == ["not_told"] * 2


async def test_of_two_only_the_one_who_was_reached_hears_of_the_end(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    await withheld(collector)
    world.execute(b"update store.person set tell = null where role = 'desk'")
    await drain(sender)
    world.execute(
        b"update store.person"
        b" set tell = jsonb_build_object('email', 'desk@noord.example')"
        b" where role = 'desk'"
    )
    await ended(collector)
    await drain(sender)
    assert letters(office) == [COORDINATOR]


async def test_who_came_to_the_unit_meanwhile_is_not_told_of_the_end(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    await withheld(collector)
    await drain(sender)
    world.execute(
        b"insert into store.person (person, unit, role, language, tell)"
        b" values ('new', 'noord', 'desk', 'nl',"
        b" jsonb_build_object('email', 'new@noord.example'))"
    )
    await ended(collector)
    await drain(sender)
    assert letters(office) == [COORDINATOR, DESK]


async def test_a_letter_that_is_under_way_comes_before_that_of_the_end(
    world: Owner,
    collector: Database,
    sender: Sender,
    office: PostOffice,
    clock: Clock,
):
    await withheld(collector)
    leased = "update store.message set leased_until = %s where person = 'desk-noord'"
    world.execute(leased.encode(), [NOW.replace(year=NOW.year + 1)])
    await drain(sender)
    await ended(collector)
    assert await drain(sender) == 1  # to the coordinator alone
    assert letters(office) == [COORDINATOR]
    # The other sender had it in hand; now it is out.
    world.execute(
        b"update store.message set leased_until = null, sent = now()"
        b" where person = 'desk-noord' and reason = 'opened'"
    )
    clock.on(seconds=5)
    assert await drain(sender) == 1
    assert letters(office) == [COORDINATOR, DESK]


async def test_two_who_end_it_at_once_tell_of_it_once(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    await withheld(collector)
    await drain(sender)
    for _ in range(3):
        await ended(collector)
    await drain(sender)
    assert len(letters(office)) == 2
    assert look(world, "select count(*) from store.message") == [(4,)]


async def test_losses_that_go_on_in_an_alarm_say_where(
    collector: Database, sender: Sender, office: PostOffice
):
    (loss,) = await judged(collector, row("path.lost", 1, data={"unheard_s": 0}))
    await drain(sender)
    told_of_loss = sorted(str(one["To"]) for one in office.accepted)
    assert told_of_loss
    (intrusion,) = await judged(collector, alarm(2))
    await drain(sender)
    assert letters(office) == told_of_loss
    (one, *_) = [one for one in office.accepted if ENDED in one["Subject"]]
    assert f"incident {loss} is" in one["Subject"]
    assert f"Het gaat verder als incident {intrusion}" in one.get_content()


async def test_what_a_person_closes_is_told_to_nobody(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    await withheld(collector)
    await drain(sender)
    world.execute(
        b"update store.incident set state = 'resolved', owner = 'desk-noord',"
        b" resolved = now(), outcome = 'test', sentence = 'x'"
    )
    await drain(sender)
    assert letters(office) == []


@pytest.mark.parametrize(("paused", "said"), [({}, False), ({"paused_s": 244}, True)])
async def test_a_silence_that_was_decided_after_a_pause_says_so(
    collector: Database,
    sender: Sender,
    office: PostOffice,
    paused: dict[str, int],
    said: bool,  # noqa: FBT001  # a row of the table
):
    await judged(collector, row("device.silent", 1, data={"unheard_s": 270} | paused))
    await drain(sender)
    assert office.accepted
    for one in office.accepted:
        assert ("wij hoorden zelf een tijd niet alles" in one.get_content()) is said


@pytest.mark.parametrize(("ago", "said"), [(30, True), (300, False)])
async def test_so_does_one_of_what_waited_at_the_broker_while_nobody_listened(
    world: Owner,
    collector: Database,
    sender: Sender,
    office: PostOffice,
    ago: int,
    said: bool,  # noqa: FBT001  # a row of the table
):
    until = NOW - timedelta(seconds=ago)
    deaf = "insert into store.deaf values (%s, %s)"
    world.execute(deaf.encode(), [until - timedelta(seconds=60), until])
    await judged(collector, row("device.silent", 1, data={"unheard_s": 30}))
    await drain(sender)
    (one, *_) = office.accepted
    assert ("wij hoorden zelf een tijd niet alles" in one.get_content()) is said


async def test_it_is_late_in_the_log_as_well(world: Owner, collector: Database):
    data = {"unheard_s": 270, "paused_s": 244}
    await judged(collector, row("device.silent", 1, data=data))
    ((paused,),) = look(
        world, "select data->'paused_s' from store.incident_log where what = 'opened'"
    )
    assert paused == 244


async def test_a_letter_says_since_when_it_was_by_the_right_clock(
    world: Owner, collector: Database, sender: Sender, office: PostOffice
):
    await judged(collector, alarm(1))
    world.execute(
        b"update store.incident_record set corrected = at - interval '2 hours'"
    )
    await drain(sender)
    assert "Sinds 05-03-2026 00:41" in office.accepted[0].get_content()
