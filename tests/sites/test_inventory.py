from dataclasses import FrozenInstanceError

import pytest

from sites.errors import UnknownDeviceError
from sites.inventory import Inventory
from sites.playbook import Playbook
from sites.policy import Policy, UnitPolicy, in_force, looser
from sites.rule import Rule, recipients
from sites.site import Camera, Sensor
from sites.unit import Unit, missing_roles
from tests.sites import place

STATION, HOME = place.STATION_DEVICE, place.HOME_DEVICE


def ids(rules: tuple[Rule, ...]) -> list[str]:
    return [rule.id for rule in rules]


def test_nothing_in_an_inventory_can_be_changed():
    inventory = place.inventory()
    with pytest.raises(FrozenInstanceError):
        inventory.sites = {}  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        inventory.sites["quay"] = place.station()  # type: ignore[index]  # likewise


def test_what_an_inventory_was_made_from_can_change_without_it():
    sites = {"bureau-test": place.station()}
    inventory = Inventory(sites=sites)
    sites.clear()
    assert list(inventory.sites) == ["bureau-test"]


def test_a_device_leads_to_its_site_and_its_sensors():
    inventory = place.inventory()
    assert set(inventory.devices) == {STATION, HOME}
    assert inventory.site_of(HOME).id == "7f3k-qr"
    assert inventory.device(STATION).id == STATION
    contact, camera = inventory.sensor(STATION, 1), inventory.sensor(STATION, 4)
    assert isinstance(contact, Sensor)
    assert contact.kind == "contact"
    assert isinstance(camera, Camera)
    assert inventory.sensor(STATION, 99) is None


def test_a_camera_has_a_zone_where_it_views_no_other():
    camera = place.station().devices[0].cameras[0]
    assert camera.zone == 2
    door = camera.views[0].model_copy(update={"zone": 1})
    both = camera.model_copy(update={"views": (*camera.views, door)})
    assert both.zone is None
    twice = camera.model_copy(update={"views": camera.views * 2})
    assert twice.zone == 2


def test_a_zone_is_found_by_its_number_in_its_site():
    inventory = place.inventory()
    zone = inventory.zone("bureau-test", 2)
    assert zone is not None
    assert zone.kind == "car_park"
    assert inventory.zone("bureau-test", 9) is None


def test_a_device_that_nobody_declared_is_an_error_with_its_id():
    for ask in (Inventory().device, Inventory().site_of):
        with pytest.raises(UnknownDeviceError) as caught:
            ask("zzzz")
        assert caught.value.device == "zzzz"


def test_a_rule_holds_for_its_kinds_at_its_sites():
    inventory = place.inventory(place.rule())
    assert ids(inventory.rules_for("alarm.raised", STATION)) == ["alarm-station"]
    assert inventory.rules_for("alarm.raised", HOME) == ()
    assert inventory.rules_for("panic.pressed", STATION) == ()


def test_rules_are_found_in_the_order_of_the_file():
    rules = [place.rule(id=name) for name in ("cc", "aa", "bb")]
    inventory = place.inventory(*rules)
    assert ids(inventory.rules_for("alarm.raised", STATION)) == ["cc", "aa", "bb"]


def test_a_rule_for_kinds_of_zones_goes_by_the_record_s_zone_or_the_sensor_s():
    inventory = place.inventory(place.rule(zone_kinds=["entrance"]))
    found = inventory.rules_for
    assert found("alarm.raised", STATION, zone=1)
    assert found("alarm.raised", STATION, sensor=1)
    assert not found("alarm.raised", STATION, zone=2)
    assert not found("alarm.raised", STATION, sensor=1, zone=2)
    assert not found("alarm.raised", STATION, sensor=2), "it is in no zone"
    assert not found("alarm.raised", STATION, zone=99)
    assert not found("alarm.raised", STATION)


def test_a_camera_that_speaks_of_itself_counts_for_each_zone_that_it_views():
    inventory = place.inventory(
        place.rule(kinds=["camera.lost"], zone_kinds=["car_park"])
    )
    assert inventory.rules_for("camera.lost", STATION, sensor=4)
    assert not inventory.rules_for("camera.lost", STATION, sensor=4, zone=1)
    elsewhere = place.inventory(
        place.rule(kinds=["camera.lost"], zone_kinds=["entrance"])
    )
    assert not elsewhere.rules_for("camera.lost", STATION, sensor=4)


@pytest.mark.parametrize(
    ("narrowed", "said", "fits"),
    [
        ({}, {}, True),
        ({}, {"reason": "covered", "suspect": "outage"}, True),
        ({"reasons": ["covered", "black"]}, {"reason": "black"}, True),
        ({"reasons": ["covered", "black"]}, {"reason": "missing"}, False),
        ({"reasons": ["covered"]}, {}, False),
        ({"suspects": ["outage"]}, {"reason": "black", "suspect": "outage"}, True),
        ({"suspects": ["outage"]}, {"reason": "black", "suspect": "tamper"}, False),
        ({"suspects": ["outage"]}, {"reason": "black"}, False),
        ({"suspects": ["unknown"]}, {"reason": "black"}, True),
        (
            {"reasons": ["black"], "suspects": ["tamper"]},
            {"reason": "missing", "suspect": "tamper"},
            False,
        ),
    ],
)
def test_a_rule_tells_a_covered_camera_from_one_without_power(narrowed, said, fits):
    inventory = place.inventory(place.rule(kinds=["camera.lost"], **narrowed))
    found = inventory.rules_for("camera.lost", STATION, sensor=4, said=said)
    assert bool(found) == fits


def test_a_rule_for_sensors_holds_for_these_alone():
    inventory = place.inventory(place.rule(sensors=[f"{STATION}/1"]))
    assert inventory.rules_for("alarm.raised", STATION, sensor=1)
    assert not inventory.rules_for("alarm.raised", STATION, sensor=2)
    assert not inventory.rules_for("alarm.raised", STATION)


def test_keys_are_replaced_by_device_and_nothing_else_changes():
    before = place.inventory(place.rule())
    after = before.with_keys({HOME: place.public(7)})
    assert after.device(HOME).key == place.public(7)
    assert after.device(STATION) == before.device(STATION)
    assert after.site_of(HOME).zones == before.site_of(HOME).zones
    assert after.rules == before.rules
    assert before.device(HOME).key == place.public(2)


def test_a_key_for_a_device_that_is_not_there_is_an_error():
    with pytest.raises(UnknownDeviceError):
        place.inventory().with_keys({"zzzz": place.public(7)})


def unit(**changes) -> Unit:
    fields = {
        "id": "north",
        "name": {"nl": "Noord", "en": "North"},
        "people": [
            {"id": f"north-{role.replace('_', '-')}", "role": role}
            for role in ("coordinator", "deputy", "case_manager", "desk")
        ],
    }
    return Unit.model_validate(fields | changes)


def test_a_unit_s_own_policy_goes_before_the_national_one():
    stricter = unit(policy={"take_urgent_s": 45})
    inventory = Inventory(policy=Policy(events_days=60), units={"north": stricter})
    policy = inventory.policy_of("north")
    assert (policy.take_urgent_s, policy.take_attention_s) == (45, 180)
    assert policy.events_days == 60


def test_equal_is_not_looser_and_every_looser_bound_is_named():
    national = Policy(take_urgent_s=60, events_days=90)
    assert looser(national, UnitPolicy(take_urgent_s=60, events_days=1)) == ()
    assert looser(national, UnitPolicy(take_urgent_s=61, events_days=91)) == (
        ("take_urgent_s", 61, 60),
        ("events_days", 91, 90),
    )
    assert in_force(national, UnitPolicy()) == national


def test_every_bound_of_the_policy_can_be_made_stricter_by_a_unit():
    assert set(UnitPolicy.model_fields) == set(Policy.model_fields) - {"people"}


def test_the_roles_that_a_unit_lacks_are_named_in_order():
    assert missing_roles(unit()) == ()
    assert missing_roles(unit(people=[])) == (
        "coordinator",
        "deputy",
        "case_manager",
        "desk",
    )


def test_a_rule_tells_the_control_room_once():
    told = place.rule(tells=["desk", "control_room", "desk"], to_control_room=True)
    assert recipients(told) == ("desk", "control_room")
    assert recipients(place.rule(to_control_room=True)) == (
        "coordinator",
        "control_room",
    )
    assert recipients(place.rule()) == ("coordinator",)


def test_a_role_gets_its_steps_in_order_for_the_occasion():
    text = {"nl": "a", "en": "a"}
    steps = [
        {"id": "any", "role": "desk", "text": text},
        {"id": "loud", "role": "desk", "text": text, "applies": "loud", "rings": True},
        {"id": "silent", "role": "desk", "text": text, "applies": "silent"},
        {"id": "other", "role": "deputy", "text": text},
    ]
    playbook = Playbook.model_validate(
        {"id": "help", "title": text, "version": 1, "steps": steps}
    )
    loud = playbook.steps_for("desk", silent=False)
    silent = playbook.steps_for("desk", silent=True)
    assert [step.id for step in loud] == ["any", "loud"]
    assert [step.id for step in silent] == ["any", "silent"]
    assert playbook.steps_for("cso", silent=True) == ()
