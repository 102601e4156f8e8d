"""Which records open an incident, which join one, and why."""

from datetime import timedelta
from typing import Any

import pytest

from collector.incident.rules import (
    Join,
    Open,
    Standing,
    decide,
    kinds_with_rules,
    steps_of,
    words_of,
)
from collector.incident.weigh import Case, sort_out
from collector.intake.row import EventRow
from sites.playbook import Playbook, filled
from sites.words import Text
from tests.incident.stage import (
    KIT,
    NOW,
    OTHER,
    PLAYBOOKS,
    RULES,
    STATION,
    alarm,
    door,
    inventory,
    panic,
    row,
    rule,
    step,
)

WORLD = inventory()


def cases(*rows: EventRow) -> list[Case]:
    return sort_out(rows, WORLD)[0]


def case(*rows: EventRow) -> Case:
    (only,) = cases(*rows)
    return only


def standing(of: Case, **more: Any) -> Standing:
    fields: dict[str, Any] = {
        "rule": of.rule.id,
        "priority": of.rule.priority,
        "silent": of.silent,
        "playbook": of.rule.playbook,
        "playbook_version": 1,
    } | more
    return Standing(incident=7, site=of.site, cause=of.rule.cause, **fields)


def joined(of: Case, **more: Any) -> Join:
    decision = decide(of, standing(of, **more), WORLD)
    assert isinstance(decision, Join)
    return decision


def test_a_record_that_a_rule_names_opens_an_incident():
    decision = decide(case(alarm()), None, WORLD)

    assert isinstance(decision, Open)
    assert decision.reason == "nothing_stands"
    assert decision.playbook.id == "intrusion"
    assert decision.playbook.version == 3
    assert decision.case.key == (STATION, "intrusion")
    assert decision.case.unit == "noord"


def test_records_of_one_cause_in_one_batch_are_one_case():
    first, second = alarm(2), alarm(1)

    found = case(first, second)

    assert found.records == (second, first)  # the oldest first


def test_the_same_record_twice_counts_once():
    assert case(alarm(1), alarm(1)).records == (alarm(1),)


def test_records_of_two_sites_are_two_cases_in_the_order_of_their_keys():
    found = cases(alarm(1), alarm(1, site=OTHER), panic(2, silent=False))

    assert [one.key for one in found] == [
        (OTHER, "intrusion"),
        (STATION, "intrusion"),
        (STATION, "panic"),
    ]


def test_the_most_urgent_rule_of_a_case_is_its_rule():
    found = case(door(1), alarm(2))

    assert found.rule.id == "alarm"
    assert {one.kind for one in found.records} == {"contact.opened", "alarm.raised"}


def test_a_case_tells_everybody_whom_one_of_its_rules_names():
    assert case(door(1), alarm(2)).tells == ("case_manager", "coordinator", "desk")


def test_rules_of_the_same_priority_weigh_by_their_name_whatever_the_order():
    twins = tuple(rule(id_, "alarm.raised", cause="same") for id_ in ("zulu", "alfa"))

    for order in (twins, twins[::-1]):
        ((found,), _) = sort_out([alarm()], inventory(order))
        assert found.rule.id == "alfa"


def test_a_record_joins_the_incident_that_stands():
    decision = joined(case(alarm()))

    assert decision.reason == "one_stands"
    assert (decision.more_urgent, decision.now_silent) == (False, False)
    assert decision.playbook is None


LOST = rule("lost", "camera.lost", cause="camera", suspects=("unknown",))
OUTAGE = rule(
    "zz-outage",
    "camera.lost",
    cause="camera",
    suspects=("outage",),
    supersedes=("lost",),
    playbook="door",
)
CAMERAS = inventory((LOST, OUTAGE))


def blind(seq: int, suspect: str, sensor: int = 5) -> EventRow:
    data = {"reason": "missing", "suspect": suspect}
    return row("camera.lost", seq, sensor=sensor, data=data)


def camera_case(*rows: EventRow) -> Case:
    (only,) = sort_out(rows, CAMERAS)[0]
    return only


def test_what_knows_better_takes_an_incident_over_at_the_same_priority():
    found = camera_case(blind(2, "outage"))
    stands = standing(camera_case(blind(1, "unknown")))
    decision = decide(found, stands, CAMERAS)
    assert isinstance(decision, Join)
    assert decision.reason == "better_known"
    assert (decision.more_urgent, decision.better_known) == (False, True)
    assert decision.playbook is not None
    assert decision.playbook.id == "door"


def test_what_knows_less_or_is_less_urgent_takes_nothing_over():
    less = decide(
        camera_case(blind(2, "unknown")),
        standing(camera_case(blind(1, "outage"))),
        CAMERAS,
    )
    assert isinstance(less, Join)
    assert (less.reason, less.playbook) == ("one_stands", None)
    calm = OUTAGE.model_copy(update={"priority": "notice"})
    world = inventory((LOST, calm))
    ((found,), _) = sort_out([blind(2, "outage")], world)
    stands = standing(camera_case(blind(1, "unknown")))
    weak = decide(found, stands, world)
    assert isinstance(weak, Join)
    assert (weak.reason, weak.better_known) == ("one_stands", False)


def test_of_equal_rules_in_one_case_the_one_that_supersedes_weighs_more():
    found = camera_case(blind(1, "unknown"), blind(2, "outage"))
    assert found.rule.id == "zz-outage"
    assert found.rules == ("lost", "zz-outage")


def test_a_more_urgent_record_makes_the_standing_incident_more_urgent():
    decision = joined(case(alarm()), rule="door", priority="attention", playbook="door")

    assert decision.reason == "more_urgent"
    assert decision.playbook is not None
    assert decision.playbook.id == "intrusion"


def test_a_less_urgent_record_leaves_the_standing_incident_as_it_is():
    decision = joined(case(door()), rule="alarm", priority="urgent")

    assert decision.reason == "one_stands"
    assert decision.playbook is None


def test_panic_goes_to_the_control_room():
    found = case(panic(silent=False))

    assert found.to_control_room
    assert "control_room" in found.tells


@pytest.mark.parametrize("silent", [True, False])
def test_a_press_is_as_silent_as_it_says(silent):
    assert case(panic(silent=silent)).silent is silent


def test_one_silent_press_among_loud_ones_makes_the_case_silent():
    assert case(panic(1, silent=False), panic(2, silent=True)).silent


def test_a_press_that_does_not_say_what_it_is_counts_as_silent():
    assert case(row("panic.pressed", sensor=4)).silent


def test_duress_is_silent_and_a_case_of_its_own():
    found = case(row("duress.entered"))

    assert found.silent
    assert found.key == (STATION, "duress")


def test_a_silent_press_silences_a_loud_incident():
    decision = joined(case(panic(silent=True)), silent=False)

    assert decision.reason == "now_silent"
    assert decision.now_silent


def test_a_loud_press_does_not_undo_a_silent_incident():
    decision = joined(case(panic(silent=False)), silent=True)

    assert decision.reason == "one_stands"
    assert not decision.now_silent


@pytest.mark.parametrize("cause", ["contact", "motion"])
def test_an_alarm_by_contact_or_motion_is_an_intrusion(cause):
    assert case(alarm(cause=cause)).key == (STATION, "intrusion")


def test_a_tamper_and_the_alarm_that_it_raised_are_one_case():
    found = case(row("tamper.opened", 1, sensor=3), alarm(2, cause="tamper"))

    assert found.key == (STATION, "tamper")
    assert len(found.records) == 2


def test_a_tamper_alarm_is_an_alarm_where_no_rule_speaks_of_tampering():
    ((found,), _) = sort_out([alarm(cause="tamper")], inventory(RULES[:1]))

    assert found.key == (STATION, "intrusion")


def test_a_tamper_alarm_is_heard_where_only_tampering_has_a_rule():
    world = inventory(one for one in RULES if one.id == "tamper")

    assert "alarm.raised" in kinds_with_rules(world)
    ((found,), _) = sort_out([alarm(cause="tamper")], world)
    assert found.key == (STATION, "tamper")


@pytest.mark.parametrize("kind", ["device.silent", "path.lost"])
def test_what_presence_found_opens_an_incident_like_any_record(kind):
    assert case(row(kind)).key == (STATION, "blind")


def test_a_door_in_a_zone_that_no_rule_names_opens_nothing():
    front = row("contact.opened", sensor=1, zone=1)

    found, (nothing,) = sort_out([front], WORLD)

    assert found == []
    assert (nothing.reason, nothing.records) == ("no_rule", (front,))


def test_a_door_of_a_home_opens_nothing_where_the_rule_is_for_stations():
    found, (nothing,) = sort_out([door(site=KIT)], WORLD)

    assert (found, nothing.reason) == ([], "no_rule")


def test_doors_of_one_batch_are_told_apart_by_their_zone_and_site():
    front = row("contact.opened", sensor=1, zone=1)
    batch = [front, door(2), door(3), door(4, site=KIT)]

    found, nothing = sort_out(batch, WORLD)

    assert [one.seq for case in found for one in case.records] == [2, 3]
    assert [one for left in nothing for one in left.records] == [front, batch[3]]


def test_a_device_that_left_the_inventory_opens_nothing_and_says_why():
    gone = EventRow(
        device="z" * 16,
        run="0" * 16,
        lane="al",
        seq=1,
        at=NOW,
        received=NOW + timedelta(seconds=1),
        unit="noord",
        site=STATION,
        kind="alarm.raised",
    )

    found, (nothing,) = sort_out([gone, alarm()], WORLD)

    assert len(found) == 1
    assert (nothing.reason, nothing.records) == ("unknown_device", (gone,))


def test_kinds_that_no_rule_names_are_no_concern():
    assert "motion.started" not in kinds_with_rules(WORLD)
    assert {"alarm.raised", "path.lost"} <= kinds_with_rules(WORLD)


def test_each_branch_of_the_panic_playbook_leaves_the_other_out():
    panic_book = PLAYBOOKS[2]

    loud = [one.id for one in steps_of(panic_book, silent=False)]
    silent = [one.id for one in steps_of(panic_book, silent=True)]

    assert loud == ["ring", "dispatch", "visit"]
    assert silent == ["quiet", "dispatch", "visit"]


def test_no_step_rings_on_a_silent_occasion_even_if_its_author_said_always():
    careless = Playbook(
        id="careless",
        title=PLAYBOOKS[0].title,
        version=1,
        steps=(step("ring", "desk", rings=True), step("look", "desk")),
    )

    assert [one.id for one in steps_of(careless, silent=True)] == ["look"]
    assert [one.id for one in steps_of(careless, silent=False)] == ["ring", "look"]


def test_the_steps_of_an_incident_name_its_place_and_number():
    said = Text(nl="Noem {place}, {incident}, {reference}.", en="Say {place}.")
    world = inventory().sites
    assert filled(said, words_of(world[STATION], 12)) == Text(
        nl="Noem Bureau Haven, 12, {reference}.", en="Say Bureau Haven (en)."
    )
    assert filled(said, words_of(world[KIT], 12)) == Text(
        nl="Noem kit 7F3K-Q2, 12, AOL-1234.", en="Say kit 7F3K-Q2."
    )
