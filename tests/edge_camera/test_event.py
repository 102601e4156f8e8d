"""The events of `look`: in words and as fields."""

import pytest

from edge.look.event import Event, Teller
from edge.sight.lookout import Dirty, Seen
from edge.sight.picture import Moment
from edge.sight.storm import NuisanceEnded, NuisanceStarted
from edge.sight.visits import DAY_S
from tests.edge_camera.tracks import ended, started

AT = Moment(50, 5.0)


def only(*seen: Seen) -> Event:
    (event,) = Teller("film.mp4").tell(seen, AT)
    return event


def test_an_end_tells_the_sides_that_were_crossed():
    event = only(ended())
    assert (event.kind, event.entered, event.left) == ("motion.ended", "left", "right")
    assert event.sentence().endswith("from left  to right")


def test_a_start_tells_no_side():
    event = only(started())
    assert event.entered is event.left is None
    assert "area 1.00%" in event.sentence()


def test_a_nuisance_tells_how_long_it_was_and_what_it_held():
    begun = only(NuisanceStarted(AT, None))
    assert (begun.kind, begun.zone, begun.box) == ("nuisance.started", None, None)
    over = only(NuisanceEnded(AT, "yard", 61.5, 7))
    assert (over.kind, over.zone, over.lasted, over.held) == (
        "nuisance.ended",
        "yard",
        61.5,
        7,
    )
    assert over.sentence().endswith("nuisance.ended  yard  61.5 s  7 held")


def test_a_dirty_lens_is_told():
    assert only(Dirty(AT)).kind == "lens.dirty"


def test_in_a_film_its_seconds_count_for_long_visits():
    teller = Teller("film.mp4")
    teller.tell([started()], Moment(0, 0.0))
    assert teller.tell([], Moment(890, 89.0)) == []
    (event,) = teller.tell([], Moment(900, 90.0))
    assert (event.kind, event.zone, event.lasted) == ("visit.lingered", "yard", 90.0)


def test_in_a_film_of_days_repeats_are_told():
    teller = Teller("film.mp4")
    teller.tell([], Moment(0, 0.0))
    kinds = []
    for hour in (1, 2, 3):
        seconds = 5 * DAY_S + 3600.0 * hour
        told = teller.tell([ended(seconds)], Moment(hour, seconds))
        kinds += [event.kind for event in told]
    assert kinds.count("visits.repeated") == 1


@pytest.mark.parametrize("seen", [started(), ended(), NuisanceStarted(AT, "yard")])
def test_a_picture_s_name_says_what_and_where(seen):
    note = only(seen).note()
    assert note.name == f"{only(seen).kind}-yard"
