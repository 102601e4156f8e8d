"""The examples load, are fictitious, and hold what the demo and the README promise."""

import re
from pathlib import Path
from typing import get_args

import pytest

import sites
from sites.check.rule import occasions
from sites.device_file import cut
from sites.health import CommandTrouble
from sites.inventory import Inventory
from sites.kit import is_valid
from sites.load import load
from sites.rule import Rule, recipients
from sites.site import Camera

FOLDER = Path(sites.__file__).parent / "examples"
HAVEN = "eyj3g5putwctufop"


@pytest.fixture(scope="module")
def examples() -> Inventory:
    return load(FOLDER)


def test_there_are_two_units_four_stations_and_four_kits(examples):
    kinds = [site.kind for site in examples.sites.values()]
    assert len(examples.units) == 2
    assert (kinds.count("station"), kinds.count("home")) == (4, 4)


def test_all_three_priorities_occur(examples):
    found = {rule.priority for rule in examples.rules.values()}
    assert found == {"urgent", "attention", "notice"}


def test_every_recipient_has_a_step_on_every_occasion_a1(examples):
    for rule in examples.rules.values():
        playbook = examples.playbooks[rule.playbook]
        for role in recipients(rule):
            for silent in occasions(rule):
                assert playbook.steps_for(role, silent=silent), (rule.id, role)


def test_nobody_rings_after_a_silent_call_for_help(examples):
    for rule in examples.rules.values():
        if "panic.pressed" in rule.kinds or "duress.entered" in rule.kinds:
            playbook = examples.playbooks[rule.playbook]
            for step in playbook.steps:
                assert not (step.rings and step.applies != "loud"), step.id


def test_panic_and_duress_go_to_the_control_room_from_every_site(examples):
    for device in examples.devices:
        rules = examples.rules_for("duress.entered", device)
        assert rules
        assert all(rule.to_control_room for rule in rules)
    for site in examples.sites.values():
        for device in site.devices:
            for sensor in device.sensors:
                if sensor.kind == "panic":
                    rules = examples.rules_for(
                        "panic.pressed", device.id, sensor=sensor.number
                    )
                    assert [rule.priority for rule in rules] == ["urgent"]


def test_every_playbook_is_used_and_every_mandatory_step_is_told_to_somebody(examples):
    used = {rule.playbook for rule in examples.rules.values()}
    assert used == set(examples.playbooks)
    for rule in examples.rules.values():
        for step in examples.playbooks[rule.playbook].steps:
            if step.mandatory:
                assert step.role in recipients(rule), (rule.id, step.id)


def test_the_station_of_the_demo_has_all_that_a_device_can_look_through(examples):
    site = examples.site_of(HAVEN)
    (device,) = site.devices
    assert site.id == "bureau-haven"
    assert [camera.source for camera in device.cameras] == [
        "footage:one-by-one-person-detection.mp4",
        "footage:car-detection.mp4",
    ]
    assert {sensor.quantity for sensor in device.sensors} == {
        None,
        "temperature",
        "humidity",
        "light",
        "co2",
    }
    doors = [one.zone for one in device.sensors if one.kind == "contact"]
    found = [examples.zone(site.id, zone) for zone in doors if zone]
    assert [zone.kind for zone in found if zone] == ["entrance", "back_door"]


def test_a_kit_has_a_contact_two_buttons_and_a_tamper_switch_and_no_camera(examples):
    homes = [site for site in examples.sites.values() if site.kind == "home"]
    for home in homes:
        (device,) = home.devices
        silent = [one.silent for one in device.sensors if one.kind == "panic"]
        assert silent == [False, True]
        assert {one.kind for one in device.sensors} == {"contact", "panic", "tamper"}
        assert device.cameras == ()
        assert home.kit is not None
        assert is_valid(home.kit)


def test_one_household_must_not_be_rung(examples):
    answers = [site.may_ring for site in examples.sites.values() if site.kind == "home"]
    assert sorted(answers, key=bool) == [False, True, True, True]


def test_every_device_has_a_file(examples):
    for device in examples.devices:
        assert cut(examples, device).device == device


def test_the_examples_lead_to_nobody(examples):
    for unit in examples.units.values():
        for person in unit.people:
            if person.tell is not None:
                assert str(person.tell.email).endswith(".example")
                # Ofcom keeps this range for stories.
                assert (person.tell.sms or "+447700900").startswith("+447700900")
    text = "\n".join(path.read_text() for path in FOLDER.rglob("*.yaml"))
    assert not re.search(r"\b\d{4} ?[A-Z]{2}\b(?!-)", text), "a Dutch post code"
    assert not re.search(r"\b0[1-9][0-9]{8}\b|\+31", text), "a telephone number"
    assert not re.search(r"\b\d+\.\d+\.\d+\.\d+\b", text), "an IP address"


def test_every_setting_of_a_camera_and_of_a_rule_stands_in_the_readme():
    told = (FOLDER / "README.md").read_text()
    for model in (Camera, Rule):
        missing = [name for name in model.model_fields if f"`{name}`" not in told]
        plain = {"id", "kinds", "title", "priority", "playbook", "tells"}
        assert set(missing) <= plain | {"site_kinds", "to_control_room"}


def test_one_camera_of_the_examples_shows_what_can_be_set():
    text = (FOLDER / "sites" / "bureau-haven.yaml").read_text()
    for name in ("sensitivity", "shadow", "pre_roll_s"):
        assert f"\n        {name}: " in text


OUTSIDE = ("eyj3g5putwctufop", 6)


def told_of(examples: Inventory, said: dict[str, str]) -> list[str]:
    device, camera = OUTSIDE
    rules = examples.rules_for("camera.lost", device, sensor=camera, said=said)
    return [rule.id for rule in rules]


@pytest.mark.parametrize(
    "reason", ["covered", "turned", "defocused", "looping", "black"]
)
def test_a_camera_outside_that_somebody_spoilt_is_urgent(examples, reason):
    both = ["camera-spoilt-outside", "camera-spoilt"]
    for suspect in ({"suspect": "tamper"}, {"suspect": "unknown"}, {}):
        assert told_of(examples, {"reason": reason, **suspect}) == both
    rules = [examples.rules[rule] for rule in both]
    assert [rule.priority for rule in rules] == ["urgent", "attention"]
    assert {(rule.cause, rule.playbook) for rule in rules} == {
        ("camera-tamper", "camera-tamper")
    }


@pytest.mark.parametrize("reason", ["black", "missing", "frozen", "hung"])
def test_cameras_that_fail_together_are_an_outage_and_no_tampering(examples, reason):
    said = {"reason": reason, "suspect": "outage"}
    assert told_of(examples, said) == ["camera-outage"]


@pytest.mark.parametrize(
    ("suspect", "rule"), [("tamper", "camera-cut"), ("unknown", "camera-lost")]
)
def test_a_camera_that_says_nothing_is_tampering_only_where_it_is_alone(
    examples, suspect, rule
):
    for reason in ("missing", "refused", "rubbish", "ended", "crashed", "hung"):
        assert told_of(examples, {"reason": reason, "suspect": suspect}) == [rule]


def test_a_frozen_camera_outside_is_urgent_when_it_is_alone(examples):
    found = told_of(examples, {"reason": "frozen", "suspect": "tamper"})
    assert found == ["camera-cut", "camera-frozen-outside"]
    assert [examples.rules[rule].priority for rule in found] == ["attention", "urgent"]
    assert told_of(examples, {"reason": "frozen"}) == ["camera-lost"]


def test_what_is_behind_silent_cameras_is_one_incident_however_late_it_is_known(
    examples,
):
    rules = [examples.rules[name] for name in ("camera-outage", "camera-cut")]
    first = examples.rules["camera-lost"]
    for rule in rules:
        assert rule.cause == first.cause
        assert rule.priority == first.priority
        assert first.id in rule.supersedes


def test_who_comes_back_or_lingers_outside_may_be_spying(examples):
    device, camera = OUTSIDE
    for kind in ("visits.repeated", "visit.lingered"):
        (rule,) = examples.rules_for(kind, device, sensor=camera, zone=5)
        assert (rule.priority, rule.playbook) == ("notice", "reconnaissance")
        assert not examples.rules_for(kind, device, sensor=camera, zone=4)


def test_a_dirty_lens_and_a_change_of_light_open_nothing(examples):
    device, camera = OUTSIDE
    for kind in ("lens.dirty", "light.changed", "nuisance.started", "preset.proposed"):
        assert not examples.rules_for(kind, device, sensor=camera, zone=5)


def test_the_readme_of_the_examples_names_every_file_and_subcommand():
    text = (FOLDER / "README.md").read_text()
    for name in ("policy.yaml", "units/", "sites/", "rules.yaml", "playbooks/"):
        assert name in text
    for command in ("check", "device-file", "kit-number"):
        assert f"wachtpost sites {command}" in text


@pytest.mark.parametrize(
    "reason",
    [
        *("forged", "another_device", "repeated", "expired", "too_early"),
        *("unknown_order", "not_allowed_here", "no_key"),
    ],
)
def test_whoever_tries_to_command_a_device_is_looked_at_a17(examples, reason):
    for device in examples.devices:
        (rule,) = examples.rules_for("command.refused", device, said={"reason": reason})
        assert (rule.priority, rule.playbook) == ("attention", "command-refused")
        assert "coordinator" in rule.tells


@pytest.mark.parametrize(
    "reason", ["no_time", "memory_lost", "not_kept", "not_done", "interrupted"]
)
def test_what_a_device_cannot_do_for_its_own_reasons_opens_nothing(examples, reason):
    for device in examples.devices:
        assert not examples.rules_for(
            "command.refused", device, said={"reason": reason}
        )


def test_every_reason_for_which_a_command_is_refused_was_thought_of(examples):
    own = {"no_time", "memory_lost", "not_kept", "not_done", "interrupted"}
    thought = own | set(examples.rules["command-refused"].reasons)
    assert thought == set(get_args(CommandTrouble))
