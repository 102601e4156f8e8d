"""A silent call for help silences its whole site, and what becomes worse is told."""

from sites.inventory import Inventory
from sites.playbook import Playbook
from tests.incident.ruling import WORLD, judged, log_of, messages, resolve, steps
from tests.incident.stage import (
    OTHER,
    PLAYBOOKS,
    RULES,
    alarm,
    door,
    inventory,
    look,
    panic,
    row,
    step,
)


async def test_a_silent_press_takes_the_loud_steps_away(world, collector):
    (incident,) = await judged(collector, panic(1, silent=False))
    assert steps(world, incident) == ["ring", "dispatch", "visit"]

    await judged(collector, panic(2, silent=True))

    assert steps(world, incident) == ["quiet", "dispatch", "visit"]
    assert look(world, "select silent from store.incident") == [(True,)]


async def test_everybody_who_was_told_hears_that_it_became_silent(world, collector):
    (incident,) = await judged(collector, panic(1, silent=False))
    await judged(collector, panic(2, silent=True))

    silenced = {who for _, who, why in messages(world) if why == "silenced"}
    assert silenced == {"coordinator-noord", "desk-noord", "room"}
    assert log_of(world, incident)[-1][1]["reason"] == "now_silent"


async def test_a_loud_press_brings_no_loud_step_back(world, collector):
    (incident,) = await judged(collector, panic(1, silent=True))
    await judged(collector, panic(2, silent=False))

    assert steps(world, incident) == ["quiet", "dispatch", "visit"]


async def test_a_silent_press_silences_every_other_incident_of_its_site(
    world, collector
):
    rules = (*RULES[:3], RULES[5].model_copy(update={"playbook": "panic"}))
    ringing = inventory(rules)
    (blind,) = await judged(collector, row("device.silent", 1), world=ringing)
    (far,) = await judged(collector, row("device.silent", 1, site=OTHER), world=ringing)
    assert steps(world, blind) == ["ring", "dispatch", "visit"]

    await judged(collector, panic(2, silent=True), world=ringing)

    assert steps(world, blind) == ["quiet", "dispatch", "visit"]
    assert steps(world, far) == ["ring", "dispatch", "visit"]
    assert log_of(world, blind)[-1] == (
        "joined",
        {"reason": "now_silent", "records": 0},
    )
    assert (blind, "desk-noord", "silenced") in messages(world)


async def test_what_opens_while_a_silent_incident_stands_is_silent_too(
    world, collector
):
    rules = (*RULES[:3], RULES[5].model_copy(update={"playbook": "panic"}))
    await judged(collector, panic(1, silent=True), world=inventory(rules))
    (blind,) = await judged(collector, row("device.silent", 2), world=inventory(rules))

    assert steps(world, blind) == ["quiet", "dispatch", "visit"]


async def test_the_silence_ends_with_the_incident_that_asked_for_it(world, collector):
    (quiet,) = await judged(collector, panic(1, silent=True))
    resolve(world, quiet)
    await judged(collector, panic(2, silent=False))

    assert look(world, "select silent from store.incident order by incident") == [
        (True,),
        (False,),
    ]


async def test_what_was_done_stays_on_the_list_when_it_becomes_silent(world, collector):
    (incident,) = await judged(collector, panic(1, silent=False))
    world.execute(
        "update store.incident_step set done = now(), done_by = 'desk-noord'"
        " where step in ('ring', 'dispatch')"
    )
    await judged(collector, panic(2, silent=True))

    assert set(steps(world, incident)) == {"ring", "quiet", "dispatch", "visit"}
    assert look(
        world, "select count(*) from store.incident_step where done is not null"
    ) == [(2,)]


async def test_silencing_uses_the_playbook_that_the_incident_began_with(
    world, collector
):
    await judged(collector, panic(1, silent=False))
    newer = Playbook(
        id="panic", title=PLAYBOOKS[2].title, version=9, steps=(step("new", "desk"),)
    )
    updated = Inventory(
        units=WORLD.units,
        sites=WORLD.sites,
        rules=WORLD.rules,
        playbooks={**WORLD.playbooks, "panic": newer},
    )

    (incident,) = await judged(collector, panic(2, silent=True), world=updated)

    assert steps(world, incident) == ["quiet", "dispatch", "visit"]


async def test_a_more_urgent_record_changes_rule_steps_and_who_is_told(
    world, collector
):
    (incident,) = await judged(collector, door(1))
    assert steps(world, incident) == ["watch", "look", "note"]

    await judged(collector, alarm(2))

    assert look(
        world,
        "select rule, priority, playbook, playbook_version, title->>'nl'"
        " from store.incident",
    ) == [("alarm", "urgent", "intrusion", 3, "alarm")]
    assert steps(world, incident) == ["look", "send", "visit"]
    raised = {who for _, who, why in messages(world) if why == "raised"}
    assert raised == {"desk-noord", "case-manager-noord", "coordinator-noord"}


async def test_a_less_urgent_record_tells_only_whom_nobody_told_yet(world, collector):
    (incident,) = await judged(collector, alarm(1))
    await judged(collector, door(2))

    assert look(world, "select rule, priority from store.incident") == [
        ("alarm", "urgent")
    ]
    assert messages(world) == {
        (incident, "desk-noord", "opened"),
        (incident, "coordinator-noord", "opened"),
        (incident, "case-manager-noord", "opened"),
    }
