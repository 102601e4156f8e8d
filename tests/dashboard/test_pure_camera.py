"""What is told of cameras, clips and upkeep: the decisions, without a page."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.blob import wanted
from dashboard.clip import Clip, about
from dashboard.detail import detail
from dashboard.lanes import Frame, draw
from dashboard.language import Words
from dashboard.place import CameraLost, DeviceSeen, standing
from dashboard.strip import WIDTH, Lasted, Mark, day_strip
from dashboard.upkeep import tasks
from sites.inventory import Inventory
from sites.load import load
from tests.dashboard.test_pure import DAY, DAY_LONG, NOW, H, event
from tests.dashboard.town import EXAMPLES, HAVEN


def lost(camera: int, reason: str, suspect: str, ago: timedelta = H) -> CameraLost:
    return CameraLost(camera, NOW - ago, reason, suspect)


@pytest.mark.parametrize(
    ("cameras", "blind", "told"),
    [
        ((), 0, []),
        ((), 2, [("cameras", 2, None)]),
        ((lost(6, "covered", "tamper"),), 0, [("camera", 0, 6)]),
        ((lost(6, "covered", "tamper"),), 1, [("camera", 0, 6)]),
        (
            (lost(6, "covered", "tamper"),),
            2,
            [("camera", 0, 6), ("cameras", 1, None)],
        ),
        (
            (lost(6, "missing", "outage"), lost(7, "missing", "outage")),
            2,
            [("outage", 2, None)],
        ),
        ((lost(6, "missing", "outage"),), 1, [("camera", 0, 6)]),
        (
            (
                lost(5, "turned", "tamper"),
                lost(6, "missing", "outage"),
                lost(7, "frozen", "outage"),
            ),
            3,
            [("outage", 2, None), ("camera", 0, 5)],
        ),
    ],
)
def test_a_blind_camera_is_told_alone_and_an_outage_once(cameras, blind, told):
    device = DeviceSeen("a", NOW, None, cameras_blind=blind, cameras_lost=cameras)
    found = standing([device], [], NOW).blind
    assert [
        (each.why, each.cameras, each.lost and each.lost.camera) for each in found
    ] == told


def test_what_it_probably_is_goes_with_the_camera():
    cameras = (
        lost(5, "turned", "tamper"),
        lost(6, "missing", "outage", 2 * H),
        lost(7, "missing", "outage", 3 * H),
    )
    device = DeviceSeen("a", NOW, None, cameras_lost=cameras)
    outage, camera = standing([device], [], NOW).blind
    assert (outage.suspect, outage.since) == ("outage", NOW - 3 * H)
    assert (camera.suspect, camera.since) == ("tamper", NOW - H)
    silent = DeviceSeen("a", NOW - H, NOW - H, cameras_lost=cameras)
    assert [each.why for each in standing([silent], [], NOW).blind] == ["silent"]
    row = {"sensor": 5, "at": NOW, "data": {"reason": "black"}}
    assert CameraLost.of(row).suspect == "unknown"


def test_rain_and_light_are_drawn_quietly_and_count_as_no_movement():
    def mark(sort: str) -> Mark:
        return Mark("a", sort, NOW - H, NOW - H, 3)

    lasted = Lasted(
        {"a": [(NOW - 3 * H, NOW)]}, [], [(NOW - 2 * H, NOW - H), (NOW - 1.5 * H, NOW)]
    )
    found = day_strip([mark("light"), mark("moved")], lasted, DAY, "UTC")
    assert (found.moved_number, found.alarm_number) == (3, 0)
    assert found.light == (DAY.x(NOW - H),)
    assert [bar.width for bar in found.nuisance] == [pytest.approx(83.3, abs=0.1)]


def test_a_storm_is_one_bar_under_what_came_through_it():
    found = draw(
        [
            event("motion.started", 3 * H),
            event("nuisance.started", 2.5 * H),
            event("light.changed", 2 * H),
            event("motion.ended", 2 * H),
            event("nuisance.ended", H),
        ],
        [1],
        [],
        Frame(DAY, "UTC"),
    )
    marks = found.lanes[0].marks
    assert [mark.sort for mark in marks] == ["nuisance", "seen", "light"]
    assert marks[0].width == pytest.approx(WIDTH * 1.5 / 24, abs=0.2)
    assert marks[2].width == 2.0


def kept(camera: int, at: timedelta, device: str = "a", **store: object) -> Clip:
    """Give a clip of 20 s that begins 5 s before what happened `at` ago."""
    return Clip.of(
        {
            "device": device,
            "sensor": camera,
            "at": NOW - at,
            "data": {"clip": f"{camera:064}", "seconds": 20.0, "before": 5.0},
            "complete": None,
            "refused": None,
            "sort": None,
            "received": None,
            **store,
        }
    )


S = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("clips", "camera"),
    [
        ([], None),
        ([kept(6, H)], 6),
        ([kept(7, H), kept(6, H)], 6),
        ([kept(7, H)], 7),
        ([kept(6, H, device="b")], None),
        ([kept(6, H + 74 * S)], 6),
        ([kept(6, H + 76 * S)], None),
        ([kept(6, H - 65 * S)], 6),
        ([kept(6, H - 66 * S)], None),
        ([kept(6, H - 60 * S), kept(7, H)], 6),
    ],
)
def test_the_clip_of_an_incident_is_that_of_its_camera_and_its_moment(clips, camera):
    found = about([event("camera.lost", H, None, 6)], clips)
    assert (found.camera if found else None) == camera


def test_the_nearest_of_several_clips_of_a_camera_is_shown():
    near, far = kept(6, H), kept(6, H - 40 * S)
    records = [event("motion.started", H, 1, 6), event("alarm.raised", H, 1, 6)]
    assert about(records, [far, near]) == near
    assert about([], [near]) is None


@pytest.mark.parametrize(
    ("store", "state"),
    [
        ({}, "kept"),
        ({"received": NOW}, "coming"),
        ({"received": NOW, "refused": NOW}, "refused"),
        ({"received": NOW, "complete": NOW, "sort": "mp4"}, "whole"),
        ({"received": NOW, "complete": NOW, "sort": "jpeg"}, "refused"),
    ],
)
def test_a_clip_is_right_only_when_all_of_it_came_and_is_a_clip(store, state):
    assert kept(6, H, **store).state == state


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, (0, 100)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-30", (70, 100)),
        ("bytes=-300", (0, 100)),
        ("bytes=99-99", (99, 100)),
        ("bytes=100-", None),
        ("bytes=20-10", None),
        ("bytes=-0", None),
        ("bytes=-", (0, 100)),
        ("bytes=0-1,5-6", (0, 100)),
        ("lines=0-1", (0, 100)),
        ("bytes=" + "9" * 30 + "-", (0, 100)),
    ],
)
def test_a_range_gives_the_bytes_that_it_names(header, span):
    assert wanted(header, 100) == span


@given(st.text(max_size=30), st.integers(1, 10**9))
def test_no_range_leaves_the_file(header, size):
    span = wanted(header, size)
    assert span is None or 0 <= span.first < span.end <= size


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("camera.lost", {"reason": "covered"}, "afgedekt"),
        (
            "camera.lost",
            {"reason": "turned", "suspect": "tamper"},
            "verdraaid, waarschijnlijk sabotage",
        ),
        ("camera.lost", {"reason": "melted"}, "ziet niets"),
        (
            "motion.ended",
            {"seconds": 12.0, "entered": "left", "left": "right"},
            "12 s, kwam van links, ging naar rechts",
        ),
        ("motion.ended", {"seconds": 12.0}, "12 s"),
        ("motion.ended", {}, ""),
        ("light.changed", {"change": "infrared_on"}, "infrarood aan"),
        (
            "nuisance.ended",
            {"seconds": 3600.0, "held": 214},
            "1 u 0 min, 214 meldingen ingehouden",
        ),
        (
            "nuisance.ended",
            {"seconds": 60.0, "held": 1},
            "1 min 0 s, 1 meld",
        ),
        ("visits.repeated", {"visits": 3}, "3 keer in 24 uur"),
        ("visit.lingered", {"seconds": 95.0}, "1 min 35 s"),
        ("clip.kept", {"clip": "0" * 64, "seconds": 20.0}, "20 s"),
        ("preset.proposed", {"preset": "low"}, "lager"),
        ("disk.filling", {"used": 0.814}, "81\u00a0% gebruikt"),
        ("contact.opened", {}, ""),
    ],
)
def test_a_record_says_what_else_it_knows(kind, data, said):
    found = detail(Words("nl"), kind, data)
    assert found.startswith(said)
    assert bool(found) == bool(said)


PLACES = {HAVEN: {"site": HAVEN}}
CAMERA = "eyj3g5putwctufop"


def asked(kind: str, aside: timedelta | None = None, **data: Any):
    return {
        "device": CAMERA,
        "site": HAVEN,
        "sensor": 7,
        "kind": kind,
        "at": NOW - H,
        "named": NOW - H,
        "data": data,
        "heartbeat": {"disk_free": 0.1},
        "aside": None if aside is None else NOW - aside,
    }


PROPOSED: dict[str, Any] = {"preset": "low", "now": 41, "then": 6, "hours": 168}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (asked("lens.dirty"), "lens"),
        (asked("lens.dirty", aside=2 * H), "lens"),
        (asked("lens.dirty", aside=H / 2), None),
        (asked("preset.proposed", **PROPOSED), "preset"),
        (asked("preset.proposed", aside=2 * H, **PROPOSED), None),
        (asked("preset.proposed", aside=32 * DAY_LONG, **PROPOSED), "preset"),
        (asked("preset.proposed", preset="normal"), None),
        (asked("disk.filling", used=0.8), "disk"),
        (asked("disk.full"), "disk"),
        (asked("disk.restored"), None),
        ({**asked("disk.filling", used=0.8), "heartbeat": {"disk_free": 0.4}}, None),
        ({**asked("disk.filling", used=0.8), "heartbeat": None}, "disk"),
        ({**asked("preset.proposed", **PROPOSED), "device": "gone"}, "preset"),
        ({**asked("lens.dirty"), "site": "bureau-plein"}, None),
    ],
)
def test_a_task_stands_until_it_is_done_declared_or_set_aside(row, what):
    found = tasks([row], PLACES, load(EXAMPLES))
    assert [task.what for task in found] == ([what] if what else [])


def test_a_disk_is_as_full_as_its_device_said_last():
    (now,) = tasks([asked("disk.filling", used=0.8)], PLACES, Inventory())
    assert now.data["percent"] == 90
    unheard = {**asked("disk.filling", used=0.8), "heartbeat": None}
    assert tasks([unheard], PLACES, Inventory())[0].data["percent"] == 80


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("command.obeyed", {"number": 7, "order": "restart"}, "restart"),
        ("command.obeyed", {"order": "brand_new"}, "unknown order"),
        (
            "command.refused",
            {"reason": "forged"},
            "not signed by the key for commands",
        ),
        (
            "command.refused",
            {"reason": "repeated", "number": 7, "count": 31},
            "given before, 31 times",
        ),
        ("command.refused", {}, "unknown reason"),
    ],
)
def test_what_became_of_a_command_is_told(kind: str, data: dict[str, Any], told: str):
    assert detail(Words("en"), kind, data) == told
