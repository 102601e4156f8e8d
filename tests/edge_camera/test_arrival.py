"""Who comes moves; what pops up, flickers or is left behind is no visitor."""

from collections.abc import Sequence

import pytest

from edge.sight.arrival import CROWD, FORGET_S, STILL_S, Arrivals
from edge.sight.course import CROWD_LOOKS, Course, flies_straight
from edge.sight.thing import Thing

STEP = 0.2


def thing(x: float, y: float = 0.5, pixels: int = 200, size: float = 0.1) -> Thing:
    box = (x - size / 2, y - size / 2, size, size)
    return Thing(pixels, box, (x, y))


class Watch:
    """Shows things to `Arrivals`, look by look."""

    def __init__(self) -> None:
        self.arrivals = Arrivals()
        self.seconds = 0.0

    def show(
        self,
        *things: Thing,
        stirred: bool = True,
        settled: bool = True,
        glared: bool = False,
    ) -> list[Course | None]:
        self.seconds += STEP
        count = len(things)
        return self.arrivals.take(
            things,
            [stirred] * count,
            self.seconds,
            glared=[glared] * count,
            settled=settled,
        )

    def arrived(self) -> int:
        return sum(track.has_arrived for track in self.arrivals.tracks)


def walk(watch: Watch, start: float, looks: int, step: float = 0.02) -> float:
    """Walk across; return the place reached."""
    for number in range(looks):
        watch.show(thing(start + step * number))
    return start + step * (looks - 1)


def test_somebody_who_walks_has_arrived_at_the_third_look():
    watch = Watch()
    walk(watch, 0.2, 2)
    assert watch.arrived() == 0
    watch.show(thing(0.24))
    assert watch.arrived() == 1


def test_who_walks_in_a_glare_has_to_be_seen_for_longer():
    watch = Watch()
    for number in range(CROWD_LOOKS - 1):
        watch.show(thing(0.2 + 0.02 * number), glared=True)
    assert watch.arrived() == 0
    watch.show(thing(0.4), glared=True)
    assert watch.arrived() == 1


def test_what_is_left_of_a_net_that_fell_apart_did_not_move_by_that():
    watch = Watch()
    watch.show(thing(0.4, pixels=1600, size=0.5))
    for _ in range(CROWD_LOOKS - 1):
        watch.show(thing(0.25, pixels=160))
    assert watch.arrived() == 0
    walk(watch, 0.27, CROWD_LOOKS)
    assert watch.arrived() == 1


def test_what_becomes_another_thing_is_as_old_as_that():
    watch = Watch()
    for _ in range(20):
        watch.show(thing(0.4, pixels=4))
    (track,) = watch.show(thing(0.4, pixels=40))
    assert track is not None
    assert track.born == watch.seconds


def test_what_stays_where_it_popped_up_does_not_arrive():
    watch = Watch()
    for _ in range(50):
        watch.show(thing(0.4))
    assert watch.arrived() == 0


def test_what_shifts_without_a_stir_is_a_patch_that_fades():
    watch = Watch()
    for number in range(20):
        watch.show(thing(0.4 + 0.005 * number), stirred=False)
    assert watch.arrived() == 0


def test_somebody_who_comes_nearer_grows():
    watch = Watch()
    for number in range(8):
        watch.show(thing(0.4, pixels=100 + 20 * number))
    assert watch.arrived() == 1


def test_one_who_is_missed_for_a_look_goes_on():
    watch = Watch()
    reached = walk(watch, 0.2, 5)
    watch.show()
    watch.show(thing(reached + 0.04))
    assert len(watch.arrivals.tracks) == 1
    assert watch.arrived() == 1


def test_one_who_is_gone_is_forgotten():
    watch = Watch()
    walk(watch, 0.2, 5)
    for _ in range(round(FORGET_S / STEP) + 1):
        watch.show()
    assert watch.arrivals.tracks == []
    assert watch.arrivals.held() == []


def test_an_insect_that_jumps_about_never_arrives():
    watch = Watch()
    for number in range(30):
        watch.show(thing((0.1, 0.6, 0.3, 0.9, 0.45)[number % 5], pixels=90))
    assert watch.arrived() == 0


@pytest.mark.parametrize(
    ("places", "straight"),
    [
        ([(0, 0), (10, 0), (20, 0)], True),
        ([(0, 0), (10, 0), (2, 1)], False),
        ([(0, 0), (1, 0), (0, 1)], True),  # slow: it may turn as it likes
        ([(0, 0), (20, 4), (38, 9)], True),
        ([(0, 0), (20, 0), (20, 20)], False),
    ],
)
def test_what_is_quick_flies_straight(places: Sequence[tuple[float, float]], straight):
    assert flies_straight(places) is straight


def test_in_a_crowd_nothing_arrives_at_once():
    watch = Watch()
    for number in range(CROWD_LOOKS - 2):
        crowd = [thing(0.1 + 0.15 * one + 0.01 * number) for one in range(CROWD + 1)]
        watch.show(*crowd)
    assert watch.arrived() == 0


def test_a_visitor_out_of_a_crowd_arrives_when_seen_for_long():
    watch = Watch()
    watch.show(*[thing(0.1 + 0.15 * one) for one in range(CROWD + 1)])
    walk(watch, 0.12, CROWD_LOOKS + 6)
    assert watch.arrived() == 1


def test_nothing_arrives_while_the_light_changes():
    watch = Watch()
    for number in range(6):
        watch.show(thing(0.2 + 0.02 * number), settled=False)
    assert watch.arrived() == 0


def test_a_part_of_a_visitor_has_arrived_too():
    watch = Watch()
    reached = walk(watch, 0.2, 5)
    watch.show(thing(reached), thing(reached + 0.06, pixels=80))
    assert watch.arrived() == 2


def test_a_drop_of_rain_beside_a_visitor_is_no_part_of_it():
    watch = Watch()
    reached = walk(watch, 0.2, 5)
    watch.show(thing(reached), thing(reached + 0.06, pixels=6))
    assert watch.arrived() == 1


def test_a_part_that_stays_when_the_visitor_is_gone_loses_its_trust():
    watch = Watch()
    reached = walk(watch, 0.2, 5)
    rest = thing(reached, 0.6, pixels=60)
    for number in range(20):
        watch.show(thing(reached + 0.03 * number), rest)
    for _ in range(round((FORGET_S + STILL_S) / STEP) + 3):
        watch.show(rest, stirred=False)
    assert watch.arrived() == 0


def test_a_visitor_who_stands_still_keeps_its_trust():
    watch = Watch()
    reached = walk(watch, 0.2, 5)
    for _ in range(60):
        watch.show(thing(reached), stirred=False)
    assert watch.arrived() == 1


def test_the_place_of_a_visitor_is_held():
    watch = Watch()
    reached = walk(watch, 0.2, 5)
    assert watch.arrivals.held() == [thing(reached).box]


def test_only_the_largest_things_have_a_course():
    watch = Watch()
    things = [thing(0.05 + 0.04 * one, pixels=50 + one, size=0.01) for one in range(20)]
    tracks = watch.show(*things)
    assert [track is None for track in tracks] == [True] * 4 + [False] * 16


def test_what_is_written_must_go_far_to_be_a_visitor():
    watch = Watch()
    for number in range(10):
        watch.show(thing(0.2 + 0.012 * (number % 2), 0.05, pixels=60, size=0.05))
    assert watch.arrived() == 0


def test_what_became_scenery_is_dropped_once():
    watch = Watch()
    (track,) = watch.show(thing(0.4))
    assert track is not None
    watch.arrivals.drop(track)
    watch.arrivals.drop(track)
    assert watch.arrivals.tracks == []
