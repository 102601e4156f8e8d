"""Motion: one event for each visit, none for anything else."""

from collections.abc import Callable
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest

from edge.sight.motion import Changed, Decision, Ended, Motion, Started
from edge.sight.picture import Moment, Pixels
from edge.sight.scenery import WARM_UP_S
from edge.sight.shape import WHOLE, Polygon
from edge.sight.zone import QUIET_S
from tests.edge_camera.clip import Box, scene, visitor

Zones: TypeAlias = tuple[tuple[str, Polygon], ...]

SIZE = (90, 160)
YARD: Zones = (("yard", WHOLE),)
LEFT = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
RIGHT = ((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0))
LOOKS = 5  # a second


def shrink(picture: Pixels) -> Pixels:
    return cv2.resize(picture[:, :, 0], SIZE[::-1]).astype(np.uint8)


def run(
    box: Box | None,
    seconds: float,
    zones: Zones = YARD,
    looks: int = LOOKS,
    unseen: Pixels | None = None,
) -> list[Any]:
    """Run the detector over a drawn scene; return its decisions in order."""
    motion = Motion(zones, SIZE, unseen)
    decisions: list[Decision] = []
    every = 10 // looks
    for number, picture in enumerate(scene(seconds, box=box)):
        if number % every == 0:
            small = shrink(picture)
            decisions += motion.look(small, Moment(number, number / 10))
    return decisions


def motions(decisions: list[Decision]) -> list[Any]:
    """Leave out what is said of the light."""
    return [one for one in decisions if not isinstance(one, Changed)]


def walking(left: int, top: int, width: int, height: int, since: float = 5.0) -> Box:
    """A thing that comes into view at a second, and walks on slowly."""

    def box(seconds: float) -> tuple[int, int, int, int] | None:
        if seconds < since:
            return None
        return round(left + 10 * (seconds - since)), top, width, height

    return box


def kinds(decisions: list[Decision]) -> list[type]:
    return [type(decision) for decision in decisions]


def test_an_empty_scene_with_a_noisy_sensor_reports_nothing():
    assert run(None, 60) == []


@pytest.mark.parametrize("looks", [5, 10])
@pytest.mark.parametrize("stands", [10, 25, 90])
def test_a_person_who_stands_still_is_one_event(stands, looks):
    leaves = 5 + stands
    started, ended = run(visitor(5, leaves), leaves + 10, looks=looks)
    assert isinstance(started, Started)
    assert isinstance(ended, Ended)
    assert 5 <= started.moment.seconds <= 6.5
    assert leaves - 1 <= ended.moment.seconds <= leaves + 0.5
    assert ended.seconds == pytest.approx(ended.moment.seconds - started.moment.seconds)


def test_no_ghost_stays_where_somebody_stood():
    decisions = run(visitor(5, 30), 90)
    assert kinds(decisions) == [Started, Ended]


def test_a_second_visit_is_a_second_event():
    first, second = visitor(5, 15), visitor(20, 30)
    decisions = run(lambda t: first(t) or second(t), 40)
    assert kinds(decisions) == [Started, Ended, Started, Ended]
    assert 20 <= decisions[2].moment.seconds <= 21.5


def test_a_thing_that_was_there_from_the_start_and_leaves_is_forgotten():
    decisions = run(lambda t: (100, 60, 40, 60) if t < 20 else None, 90)
    assert len(decisions) <= 2  # the empty place may be told once ...
    if decisions:
        assert isinstance(decisions[-1], Ended)  # ... but does not stay
        assert decisions[-1].moment.seconds < 70


def test_what_is_left_behind_is_told_late_with_less_score_and_becomes_scenery():
    decisions = run(lambda t: (100, 60, 40, 60) if t > 10 else None, 60)
    assert kinds(decisions) == [Started, Ended]
    started, ended = decisions
    assert 14 <= started.moment.seconds <= 18
    assert started.score <= 0.5
    assert ended.moment.seconds < 30


def test_a_bag_that_a_visitor_puts_down_is_told_after_the_visit():
    motion = Motion(YARD, SIZE)
    decisions: list[Decision] = []
    walks = lambda t: (round(40 * (t - 5)), 60, 40, 80) if 5 <= t < 12 else None  # noqa: E731 - one line
    for number, picture in enumerate(scene(40, box=walks)):
        small = shrink(picture)
        if number > 90:
            small[60:74, 60:72] = 40
        if number % 2 == 0:
            decisions += motion.look(small, Moment(number, number / 10))
    assert kinds(decisions) == [Started, Ended, Started, Ended]
    visit, gone, bag, old = motions(decisions)
    assert 11.5 <= gone.moment.seconds <= 15
    assert 13 <= bag.moment.seconds <= 22
    assert bag.score < visit.score
    assert old.moment.seconds < 35


def test_somebody_who_creeps_is_found():
    creeps = lambda t: (round(60 + 3 * (t - 5)), 60, 40, 60) if t > 5 else None  # noqa: E731 - one line
    decisions = run(creeps, 30)
    assert kinds(decisions)[0] is Started
    assert decisions[0].moment.seconds < 20


def test_what_is_written_at_the_top_is_no_visitor_and_hides_none():
    def picture_of(seconds: float) -> tuple[int, int, int, int] | None:
        if 20 <= seconds < 30:
            return round(20 * (seconds - 20)), 2, 30, 100
        ticks = int(seconds) % 2
        return (10, 6, 60 + 4 * ticks, 8) if seconds > 8 else None

    started, ended = run(picture_of, 45)
    assert 20 <= started.moment.seconds <= 21.5
    assert ended.moment.seconds <= 33


@pytest.mark.parametrize("quick", [0.35, 0.6])
def test_an_insect_that_is_everywhere_is_no_visitor(quick):
    random = np.random.default_rng(5)

    def box(seconds: float) -> tuple[int, int, int, int] | None:
        left, top = random.integers(0, 270), random.integers(0, 150)
        moth = seconds % 5 < quick * 3 and seconds > 5
        return (int(left), int(top), 24, 18) if moth else None

    assert run(box, 60) == []


def test_broken_blocks_of_a_stream_are_no_visitors():
    motion = Motion(YARD, SIZE)
    random = np.random.default_rng(8)
    decisions: list[Decision] = []
    for number, picture in enumerate(scene(60)):
        small = shrink(picture)
        if number > 60 and number % 30 < 8:
            for _ in range(12):
                left, top = int(random.integers(0, 140)), int(random.integers(0, 80))
                small[top : top + 9, left : left + 18] = random.integers(0, 255)
        if number % 2 == 0:
            decisions += motion.look(small, Moment(number, number / 10))
    assert sum(isinstance(one, Started) for one in decisions) <= 1


@pytest.mark.parametrize(("preset", "found"), [("low", 0), ("normal", 1), ("high", 1)])
def test_a_preset_says_how_small_a_thing_starts(preset, found):
    motion = Motion(YARD, SIZE, preset=preset)
    decisions: list[Decision] = []
    for number, picture in enumerate(scene(12, box=walking(100, 60, 12, 16))):
        if number % 2 == 0:
            decisions += motion.look(shrink(picture), Moment(number, number / 10))
    assert len(decisions) == found


def test_a_flash_of_two_looks_is_no_event():
    assert run(lambda t: (100, 60, 40, 60) if 10 <= t < 10.35 else None, 30) == []


def test_a_flutter_shorter_than_the_quiet_time_does_not_split_an_event():
    def box(seconds):
        hidden = 12 <= seconds < 12 + QUIET_S - 0.5
        return None if hidden else visitor(5, 20)(seconds)

    assert kinds(run(box, 30)) == [Started, Ended]


def test_nothing_is_reported_while_the_model_warms_up():
    decisions = run(lambda t: (int(20 * t), 60, 40, 60) if t < WARM_UP_S else None, 2)
    assert decisions == []


def test_a_shadow_is_not_a_thing():
    motion = Motion((("yard", WHOLE),), SIZE)
    decisions: list[Decision] = []
    for number, picture in enumerate(scene(30)):
        small = shrink(picture).astype(np.float32)
        if number > 100:
            small[40:80, 40:100] *= 0.8
        if number % 2 == 0:
            moment = Moment(number, number / 10)
            decisions += motion.look(small.astype(np.uint8), moment)
    assert motions(decisions) == []


def test_each_zone_has_its_own_event_and_a_thing_between_them_none():
    zones = (("gate", LEFT), ("door", RIGHT))
    left = run(visitor(5, 5.9), 15, zones)
    assert {decision.zone for decision in left} == {"gate"}
    between = run(walking(135, 60, 12, 60), 8, zones)
    assert between == []


def test_the_area_is_relative_to_the_zone():
    box = walking(205, 60, 40, 60)
    (whole,) = run(box, 8)
    (door,) = run(box, 8, (("door", RIGHT),))
    assert whole.area == pytest.approx(40 * 60 / (320 * 180), rel=0.15)
    assert door.area == pytest.approx(whole.area / 0.4, rel=0.1)


def test_the_box_is_where_the_thing_is():
    (started,) = run(walking(80, 45, 40, 60), 8)
    left = 0.25 + 10 * (started.moment.seconds - 5) / 320
    assert started.box == pytest.approx((left, 0.25, 0.125, 1 / 3), abs=0.03)


def test_the_score_grows_with_the_thing_and_stays_within_one():
    (small,) = run(walking(100, 60, 10, 12), 8)
    (large,) = run(walking(60, 30, 120, 120), 8)
    assert 0 < small.score < large.score <= 1


def test_what_a_mask_hides_does_not_count_as_part_of_a_zone():
    unseen = np.zeros(SIZE, np.uint8)
    unseen[:, :80] = 255
    box = walking(205, 60, 40, 60)
    (whole,) = run(box, 8)
    (half,) = run(box, 8, unseen=unseen)
    assert half.area == pytest.approx(2 * whole.area, rel=0.1)


def test_a_zone_that_is_hidden_altogether_never_reports():
    unseen = np.full(SIZE, 255, np.uint8)
    assert run(visitor(5, 15), 20, unseen=unseen) == []


def test_the_end_of_a_film_ends_what_is_going_on():
    motion = Motion((("yard", WHOLE),), SIZE)
    for number, picture in enumerate(scene(8, box=visitor(5, 20))):
        small = shrink(picture)
        motion.look(small, Moment(number, number / 10))
    (ended,) = motion.finish()
    assert isinstance(ended, Ended)
    assert ended.moment.seconds == pytest.approx(7.9)
    assert motion.finish() == []


def test_a_clock_that_stands_still_does_no_harm():
    motion = Motion((("yard", WHOLE),), SIZE)
    for picture in scene(5):
        small = shrink(picture)
        assert motion.look(small, Moment(0, 3.0)) == []


def test_day_fades_into_evening_without_an_event():
    motion = Motion((("yard", WHOLE),), SIZE)
    decisions: list[Decision] = []
    for number, picture in enumerate(scene(120)):
        if number % 2 == 0:
            small = shrink(picture).astype(np.float32)
            small *= 1 - 0.5 * number / 1200
            moment = Moment(number, number / 10)
            decisions += motion.look(small.astype(np.uint8), moment)
    assert decisions == []


def lit(
    light: Callable[[float], float], seconds: float, box: Box | None = None
) -> list[Any]:
    """Run the detector over a scene whose brightness is `light(seconds)` times.

    A visitor is darker than 60 and hides the grain of the scene.
    """
    motion = Motion(YARD, SIZE)
    grain = np.random.default_rng(3).integers(-40, 40, SIZE)  # a scene with structure
    decisions: list[Decision] = []
    for number, picture in enumerate(scene(seconds, box=box)):
        if number % 2 == 0:
            bare = shrink(picture)
            scenery = np.where(bare > 60, bare + grain, bare) * light(number / 10)
            small = scenery.clip(0, 255).astype(np.uint8)
            decisions += motion.look(small, Moment(number, number / 10))
    return decisions


@pytest.mark.parametrize("factor", [0.5, 0.7, 1.3, 1.5])
def test_a_lamp_is_no_motion_and_hides_none(factor):
    changed, *decisions = lit(lambda t: factor if t > 15 else 1, 50, visitor(25, 40))
    assert changed.change == "lamp"
    assert changed.moment.seconds == pytest.approx(15.2, abs=0.3)
    assert kinds(decisions) == [Started, Ended]
    assert 25 <= decisions[0].moment.seconds <= 26.5


def test_a_lamp_in_the_middle_of_a_visit_does_not_split_it():
    decisions = motions(lit(lambda t: 1.3 if t > 15 else 1, 40, visitor(8, 25)))
    assert kinds(decisions) == [Started, Ended]
    assert decisions[1].moment.seconds == pytest.approx(25, abs=0.5)


def test_an_exposure_that_swings_is_no_motion():
    decisions = lit(lambda t: 1 + 0.3 * np.sin(t / 8), 120)
    assert {one.change for one in decisions} == {"exposure"}


def test_a_thing_that_fills_most_of_the_picture_is_still_motion():
    def lorry(seconds: float) -> tuple[int, int, int, int] | None:
        left = max(0, int(700 - 40 * seconds))
        return (left, 10, 200, 160) if 10 < seconds < 22 else None

    decisions = motions(lit(lambda _: 1, 40, lorry))
    assert kinds(decisions)[:2] == [Started, Ended]
    assert decisions[0].moment.seconds == pytest.approx(10.8, abs=0.8)


def test_a_look_tells_what_is_seen_in_the_whole_picture():
    motion = Motion((("door", RIGHT),), SIZE)
    for number, picture in enumerate(
        scene(8, box=lambda t: (40, 45, 40, 60) if t > 5 else None)
    ):
        motion.look(shrink(picture), Moment(number, number / 10))
        if number / 10 < 5:
            assert motion.things == []
    (thing,) = motion.things
    assert thing.centre == pytest.approx((60 / 320, 75 / 180), abs=0.02)
    assert motion.going_on() == []
