"""The decisions and drawings behind the pages, without a page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.due import dated
from dashboard.incident import sort_steps
from dashboard.lanes import Frame, draw, every_for
from dashboard.place import STALE, DeviceSeen, silent_since, standing
from dashboard.plan import Present, areas, middle
from dashboard.strip import (
    WIDTH,
    Lasted,
    Mark,
    Stretch,
    Switch,
    bar,
    day_strip,
    spans,
    ticks,
)
from dashboard.verified import seen_again, verified
from sites.inventory import Inventory
from sites.load import load
from tests.dashboard.town import EXAMPLES, HAVEN

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
H = timedelta(hours=1)
DAY_LONG = 24 * H
DAY = Stretch(NOW - DAY_LONG, NOW)
FINE = DeviceSeen("a", NOW, None)


def test_a_place_with_nothing_particular_is_calm():
    assert standing([FINE], [], NOW).states == ("calm",)


def test_blindness_is_told_beside_what_is_worse():
    silent = DeviceSeen("b", NOW - H, NOW - H)
    found = standing([FINE, silent], ["attention", "urgent"], NOW)
    assert found.states == ("urgent", "attention", "blind")
    assert found.blind[0].number == 2
    assert found.rank == 0


def test_a_place_without_devices_or_never_heard_is_blind():
    assert standing([], [], NOW).states == ("blind",)
    assert standing([DeviceSeen("a", None, None)], [], NOW).states == ("blind",)


def test_a_place_of_which_nothing_was_ever_heard_says_so_once():
    new = DeviceSeen("a", None, None)
    assert [each.why for each in standing([new, new], [], NOW).blind] == [
        "never_heard_any"
    ]
    found = standing([FINE, new, new], [], NOW).blind
    assert [(each.why, each.number) for each in found] == [
        ("never_heard", 2),
        ("never_heard", 3),
    ]


def test_silence_is_found_also_where_nobody_declared_it():
    quiet = DeviceSeen("a", NOW - STALE - timedelta(seconds=1), None)
    assert silent_since(quiet, NOW) == quiet.heard
    assert silent_since(DeviceSeen("a", NOW - STALE, None), NOW) is None


def test_cameras_that_see_nothing_are_counted():
    found = standing([DeviceSeen("a", NOW, None, cameras_blind=2)], [], NOW)
    assert (found.states, found.blind[0].cameras) == (("blind",), 2)


@pytest.mark.parametrize(
    ("kinds", "witnesses", "verdict"),
    [
        (["panic.pressed"], 1, "by_hand"),
        (["duress.entered", "path.lost"], 2, "by_hand"),
        (["alarm.raised", "path.lost"], 2, "path_too"),
        (["alarm.raised"], 2, "second_sensor"),
        (["alarm.raised"], 1, "alone"),
        (["device.silent"], 1, "silence"),
        (["disk.full"], 3, "alone"),
        ([], 0, "alone"),
    ],
)
def test_an_incident_is_confirmed_by_two_of_different_nature(kinds, witnesses, verdict):
    assert verified(kinds, witnesses) == verdict


def test_what_was_lost_and_is_seen_again_is_said_so():
    assert verified(["camera.lost", "camera.restored"], 1, NOW) == "seen_again"
    assert verified(["camera.lost", "camera.restored"], 1) == "silence"
    assert verified(["camera.lost", "alarm.raised"], 1, NOW) == "path_too"
    assert verified(["disk.full"], 1, None) == "alone"


@pytest.mark.parametrize(
    ("words", "since"),
    [
        ([], None),
        ([("camera.lost", 0)], None),
        ([("camera.restored", 1)], 1),
        ([("camera.restored", 3), ("device.heard", 2), ("path.restored", 1)], 3),
        ([("camera.restored", 3), ("path.lost", 1)], None),
    ],
)
def test_a_place_is_seen_again_when_the_last_thing_is_back(words, since):
    kinds = [kind for kind, _ in words]
    at = [NOW + hours * H for _, hours in words]
    assert seen_again(kinds, at) == (None if since is None else NOW + since * H)


def test_moments_stand_on_the_paper_and_never_beside_it():
    assert DAY.x(NOW - 24 * H) == 0
    assert DAY.x(NOW) == WIDTH
    assert DAY.x(NOW - 12 * H) == WIDTH / 2
    assert DAY.x(NOW + H) == WIDTH
    assert not DAY.holds(NOW + H)


def test_what_was_on_before_and_is_on_still_is_cut_to_the_stretch():
    switches = [
        Switch(NOW - 30 * H, on=True),
        Switch(NOW - 20 * H, on=False),
        Switch(NOW - 19 * H, on=False),
        Switch(NOW - 2 * H, on=True),
        Switch(NOW - H, on=True),
    ]
    assert spans(switches, DAY) == [
        (NOW - 24 * H, NOW - 20 * H),
        (NOW - 2 * H, NOW),
    ]
    assert (
        spans([Switch(NOW - 40 * H, on=True), Switch(NOW - 30 * H, on=False)], DAY)
        == []
    )


def test_a_short_thing_at_the_edge_can_be_seen():
    drawn = bar((NOW, NOW), DAY)
    assert drawn.width == 4.0
    assert drawn.x + drawn.width == WIDTH


def test_hours_are_those_of_the_place_also_when_the_clock_changes():
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    found = ticks(Stretch(change - 3 * H, change + 3 * H), "Europe/Amsterdam", 60)
    assert [tick.at.hour for tick in found] == [0, 1, 2, 2, 3, 4, 5]
    assert [tick.x for tick in found] == sorted(tick.x for tick in found)


def test_motion_counts_only_while_its_own_panel_was_armed():
    def mark(device: str, ago: timedelta, sort: str = "moved") -> Mark:
        return Mark(device, sort, NOW - ago, NOW - ago, 2)

    found = day_strip(
        [mark("a", 2 * H), mark("a", 9 * H), mark("b", 2 * H), mark("a", H, "alarm")],
        Lasted(
            {"a": [(NOW - 3 * H, NOW)], "b": [(NOW - 8 * H, NOW - 7 * H)]},
            [(NOW - 5 * H, NOW - 4 * H), (NOW - 4.5 * H, NOW - 4.2 * H)],
        ),
        DAY,
        "UTC",
    )
    assert (found.moved_number, found.alarm_number) == (2, 2)
    assert (len(found.moved), len(found.armed), len(found.blind)) == (1, 2, 1)


def event(kind: str, ago: timedelta, zone: int | None = 1, sensor: int | None = 1):
    return {
        "device": "a",
        "sensor": sensor,
        "zone": zone,
        "kind": kind,
        "at": NOW - ago,
    }


def test_each_zone_has_its_lane_also_an_empty_one():
    found = draw(
        [
            event("motion.started", 3 * H),
            event("motion.ended", 2 * H),
            event("alarm.raised", H),
            event("run.started", H, None, None),
        ],
        [1, 2],
        [],
        Frame(DAY, "UTC", NOW - H),
    )
    assert [lane.zone for lane in found.lanes] == [1, 2]
    assert [mark.sort for mark in found.lanes[0].marks] == ["seen", "alarm"]
    assert found.lanes[1].marks == ()
    assert found.mark == DAY.x(NOW - H)


def test_what_a_newer_version_wrote_is_drawn_as_unknown():
    found = draw(
        [event("unknown", H, None), event("unknown", 2 * H)],
        [1],
        [],
        Frame(DAY, "UTC"),
    )
    marks = {lane.zone: [mark.sort for mark in lane.marks] for lane in found.lanes}
    assert marks == {1: ["unknown"], None: ["unknown"]}


def test_what_belongs_to_no_zone_gets_a_lane_only_if_it_is_drawn():
    lost = draw([event("tamper.opened", H, None)], [1], [], Frame(DAY, "UTC"))
    assert [lane.zone for lane in lost.lanes] == [1, None]
    assert lost.mark is None


def test_two_sensors_of_a_zone_do_not_end_each_other():
    found = draw(
        [
            event("motion.started", 5 * H, 1, 1),
            event("motion.started", 4 * H, 1, 2),
            event("motion.ended", 3 * H, 1, 2),
            event("motion.ended", 2 * H, 1, 1),
        ],
        [1],
        [],
        Frame(DAY, "UTC"),
    )
    widths = sorted(mark.width for mark in found.lanes[0].marks)
    assert widths == pytest.approx([WIDTH / 24, WIDTH / 8], abs=0.2)


@pytest.mark.parametrize(
    ("hours", "every"),
    [(1, 15), (6, 60), (12, 120), (24, 240), (72, 720), (168, 1440)],
)
def test_a_longer_stretch_has_fewer_hours_named(hours: int, every: int):
    assert every_for(Stretch(NOW - hours * H, NOW)) == every


SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def zone(number: int, plan=SQUARE):
    return {"number": number, "plan": plan, "kind": "hall", "name": None}


def test_a_zone_without_a_plan_is_not_drawn():
    assert areas([zone(1, None)], [], Present([], {}, set())) == ()


@pytest.mark.parametrize(
    ("present", "state"),
    [
        (Present([], {1: True}, set()), "urgent"),
        (Present([], {1: False}, {"a"}), "alarm"),
        (Present([], {}, {"a"}), "blind"),
        (Present([event("motion.started", H)], {}, set()), "moved"),
        (Present([event("contact.opened", H)], {}, set()), "open"),
        (Present([event("motion.ended", H)], {}, set()), "quiet"),
    ],
)
def test_a_zone_is_in_its_worst_state(present: Present, state: str):
    sensors = [{"device": "a", "number": 1, "kind": "pir", "zone": 1}]
    (area,) = areas([zone(1)], sensors, present)
    assert area.state == state
    assert len(area.dots) == 1


def test_what_measures_is_no_dot_and_a_lost_camera_is_a_lost_one():
    sensors = [
        {"device": "a", "number": 1, "kind": "camera", "zone": 1},
        {"device": "a", "number": 2, "kind": "measurement", "zone": 1},
    ]
    present = Present([event("camera.lost", H)], {}, set())
    (area,) = areas([zone(1)], sensors, present)
    assert [dot.state for dot in area.dots] == ["lost"]


def test_a_name_stands_in_the_middle_also_of_a_flat_zone():
    assert middle([(0, 0), (4, 0), (4, 2), (0, 2)]) == (2, 1)
    assert middle([(0, 0), (4, 0), (2, 0)]) == (2, 0)


def step(name: str, role: str, *, mandatory: bool = False, done: bool = False):
    return {
        "step": name,
        "role": role,
        "mandatory": mandatory,
        "done": NOW if done else None,
        "text": {},
    }


OPEN = {"state": "open", "to_control_room": False}


def test_my_next_step_comes_before_those_of_others():
    steps = [
        step("a", "desk"),
        step("b", "coordinator"),
        step("c", "control_room", mandatory=True),
    ]
    found = sort_steps(steps, OPEN, "coordinator")
    assert [group.role for group in found.groups] == [
        "coordinator",
        "desk",
        "control_room",
    ]
    assert found.next
    assert found.next["step"] == "b"
    assert [each["step"] for each in found.due] == ["c"]


def test_when_mine_are_done_the_next_is_what_still_must_be_done():
    steps = [
        step("a", "desk"),
        step("b", "coordinator", done=True),
        step("c", "desk", mandatory=True),
    ]
    found = sort_steps(steps, OPEN, "coordinator")
    assert found.next
    assert found.next["step"] == "c"
    assert (found.done, found.number) == (1, 3)


def test_a_role_without_steps_stands_in_for_one_that_it_may_tick():
    found = sort_steps(
        [step("a", "control_room"), step("b", "desk")],
        {**OPEN, "to_control_room": True},
        "deputy",
    )
    assert [group.mine for group in found.groups] == [True, False]
    assert found.groups[0].role == "desk"
    assert [s["may"] for group in found.groups for s in group.steps] == [True, False]


def test_nothing_may_be_ticked_after_it_is_resolved():
    found = sort_steps(
        [step("a", "desk")], {"state": "resolved", "to_control_room": False}, "desk"
    )
    assert not found.groups[0].steps[0]["may"]
    assert found.next is None


@given(
    marks=st.lists(
        st.tuples(st.timedeltas(-DAY_LONG * 2, DAY_LONG), st.booleans()), max_size=12
    )
)
def test_spans_lie_on_the_paper_in_order_and_never_overlap(marks):
    switches = [Switch(NOW + ago, on=on) for ago, on in sorted(marks)]
    found = spans(switches, DAY)
    edges = [edge for span in found for edge in span]
    assert edges == sorted(edges)
    assert all(DAY.holds(edge) for edge in edges)
    for span in found:
        drawn = bar(span, DAY)
        assert drawn.x >= 0
        assert drawn.x + drawn.width <= WIDTH + 0.01


@given(
    since=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    hours=st.integers(1, 200),
    zone=st.sampled_from(
        ["Europe/Amsterdam", "UTC", "America/Curacao", "Asia/Kolkata"]
    ),
)
def test_ticks_are_few_and_stand_at_their_own_time(since, hours, zone):
    begun = since.replace(tzinfo=UTC)
    stretch = Stretch(begun, begun + hours * H)
    found = ticks(stretch, zone, every_for(stretch))
    assert len(found) <= 10
    assert all(tick.x == stretch.x(tick.at) for tick in found)


def rows(*sites: str) -> list[Mapping[str, Any]]:
    return [{"site": site, "unit": "duinland"} for site in sites]


def test_safeguards_are_judged_of_the_places_that_were_shown_and_no_other():
    inventory = load(EXAMPLES)
    on = inventory.sites[HAVEN].safeguards[0].judge_on
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    (due,) = dated(inventory, rows(HAVEN, "gone"), at + timedelta(days=2))
    assert (due.what, due.days, due.place["site"]) == ("safeguard", -2, HAVEN)
    assert dated(inventory, rows(HAVEN), at - timedelta(days=31)) == []
    assert dated(inventory, rows(HAVEN), at + timedelta(days=91)) == []
    assert dated(inventory, rows("bureau-plein"), at) == []
    assert dated(Inventory(), rows(HAVEN), at) == []


def test_a_review_is_due_a_month_before_its_day_and_until_it_was_held():
    inventory = load(EXAMPLES)
    plein = inventory.sites["bureau-plein"]
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for on, days in (("2026-07-02", None), ("2026-07-01", 30), ("2020-06-01", -2191)):
        site = plein.model_copy(update={"review_by": date.fromisoformat(on)})
        world = replace(inventory, sites={**inventory.sites, "bureau-plein": site})
        found = [(due.what, due.days) for due in dated(world, rows("bureau-plein"), at)]
        assert found == ([] if days is None else [("review", days)])
