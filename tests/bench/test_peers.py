"""The usual detectors see what they are known to see, by one rule."""

import numpy as np
import pytest

from tests.bench.peers import PEERS, is_enough, spans, watched
from tests.edge_camera.clip import RATE, scene, visitor, write_clip

LOOKS = 10.0  # a second


def at(flags: list[bool]) -> list[tuple[float, bool]]:
    return [(number / LOOKS, flag) for number, flag in enumerate(flags)]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    path = tmp_path_factory.mktemp("peers") / "visit.mkv"
    return watched(write_clip(path, scene(16, box=visitor(5, 12))), RATE)


@pytest.mark.parametrize("name", ["MOG2, defaults", "KNN, defaults"])
def test_each_model_of_opencv_finds_the_visit(name, said):
    assert any(45 <= first <= 80 for first, _ in said[name])


def test_three_frame_difference_sees_what_is_in_the_middle_one_alone():
    empty = np.full((60, 80, 3), 100, np.uint8)
    thing = empty.copy()
    thing[20:40, 20:40] = 200
    look = PEERS["three-frame difference"]()
    seen = [look(picture) for picture in (empty, empty, thing, empty, empty)]
    assert [is_enough(one) for one in seen] == [False, False, False, True, False]
    assert set(np.unique(seen[3])) == {0, 255}


def test_two_thousandths_of_the_picture_are_enough():
    things = np.zeros((100, 100), np.uint8)
    things.ravel()[:19] = 255
    assert not is_enough(things)
    things.ravel()[:20] = 255
    assert is_enough(things)


def test_three_of_four_looks_begin_an_event_and_two_quiet_seconds_end_it():
    flags = [False, True, False, True, True, True, *[False] * 19, True, *[False] * 25]
    assert spans(at(flags), 10.0) == [(4, 25)]
    assert spans(at([True] * 5), 10.0) == [(2, 4)]
    assert spans(at([False, True, True, False, False] * 3), 10.0) == []


def test_spans_are_in_frames_of_the_film():
    assert spans(at([True] * 5), 25.0) == [(5, 10)]
