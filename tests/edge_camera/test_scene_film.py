"""The scene that draws itself: the same each time, and its time line is true."""

from itertools import islice, pairwise, takewhile

import numpy as np
import pytest

from edge.camera.scene_film import SceneFilm, Visit, is_made, visits
from edge.errors import FilmError, Loss
from edge.sight.eye import Eye
from edge.sight.lookout import Seen
from edge.sight.motion import Ended, Started
from edge.sight.shape import WHOLE

ENOUGH_S = 120


def seen(seed: int) -> list[Seen]:
    eye = Eye((("yard", WHOLE),), ())
    decisions: list[Seen] = []
    for still in SceneFilm(f"made:{seed}", 5.0).stills():
        if still.moment.seconds > ENOUGH_S:
            break
        decisions += eye.see(still).decisions
    return decisions


def whole_visits(seed: int) -> list[Visit]:
    return list(takewhile(lambda visit: visit.leaves < ENOUGH_S - 5, visits(seed)))


def test_the_same_seed_draws_the_same_pictures():
    one, two = (
        [still.colours() for still in islice(SceneFilm("made:5", 5.0).stills(), 60)]
        for _ in range(2)
    )
    assert np.array_equal(one, two)


def test_another_seed_draws_another_scene():
    one, two = (
        next(iter(SceneFilm(f"made:{seed}", 5.0).stills())).luma for seed in (1, 2)
    )
    assert not np.array_equal(one, two)


def test_no_two_pictures_are_the_same():
    stills = islice(SceneFilm("made:1", 5.0).stills(), 20)
    assert len({still.luma.tobytes() for still in stills}) == 20


@pytest.mark.parametrize("fps", [2.0, 5.0, 10.0])
def test_moments_advance_at_the_pace_that_was_asked_for(fps):
    stills = islice(SceneFilm("made:1", fps).stills(), 5)
    seconds = [still.moment.seconds for still in stills]
    assert seconds == pytest.approx([n / fps for n in range(5)])


def test_visits_follow_each_other_with_pauses_between():
    line = list(islice(visits(3), 20))
    for before, after in pairwise(line):
        assert before.enters < before.stands < before.turns < before.leaves
        assert after.enters - before.leaves >= 8


def test_a_visitor_comes_from_outside_and_goes_back_there():
    for visit in islice(visits(8), 10):
        assert not 0 <= visit.across(visit.enters) <= 1
        assert visit.across(visit.stands) == pytest.approx(visit.place)
        assert visit.across(visit.turns) == pytest.approx(visit.place)
        assert not 0 <= visit.across(visit.leaves) <= 1


@pytest.mark.parametrize("seed", [1, 7, 11])
def test_each_visit_of_the_time_line_is_seen_once_and_nothing_else(seed):
    decisions = seen(seed)
    line = whole_visits(seed)
    assert len(line) >= 3
    started = [one.moment.seconds for one in decisions if isinstance(one, Started)]
    ended = [one.moment.seconds for one in decisions if isinstance(one, Ended)]
    for visit in line:
        inside = [at for at in started if visit.enters <= at <= visit.leaves]
        assert len(inside) == 1
        assert inside[0] <= visit.enters + 4
        assert len([at for at in ended if visit.turns <= at <= visit.leaves]) == 1
    last = line[-1].leaves
    assert len([at for at in started if at <= last]) == len(line)


@pytest.mark.parametrize("source", ["made:", "made:yard", "made:1.5"])
def test_a_scene_without_a_number_is_missing(source):
    with pytest.raises(FilmError, match="made:SEED") as caught:
        SceneFilm(source, 5.0)
    assert caught.value.reason is Loss.MISSING


def test_a_made_source_is_known_by_its_name():
    assert is_made("made:1")
    assert not is_made("films/made:1.mp4")
