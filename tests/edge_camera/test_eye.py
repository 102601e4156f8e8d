"""The eye puts masks on, then looks; another size of picture is another beginning."""

import numpy as np

from edge.sight.eye import Eye
from edge.sight.motion import Decision, Ended, Started
from edge.sight.picture import Pixels
from edge.sight.shape import WHOLE
from tests.edge_camera.clip import Box, scene, still_of, visitor

YARD = (("yard", WHOLE),)
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def watch(eye: Eye, seconds: float, box: Box | None) -> list[Decision]:
    decisions: list[Decision] = []
    for number, picture in enumerate(scene(seconds, box=box)):
        luma: Pixels = np.ascontiguousarray(picture[:, :, 0])
        if number % 2 == 0:
            still = still_of(luma, number / 10)
            decisions += eye.see(still).decisions
    return decisions


def test_a_visit_behind_a_mask_is_not_seen():
    def right(seconds):
        place = visitor(5, 12)(seconds)
        return place and (place[0] // 2 + 200, *place[1:])

    assert watch(Eye(YARD, (RIGHT_HALF,)), 15, right) == []
    assert watch(Eye(YARD, ()), 15, right) != []


def test_a_visit_beside_a_mask_is_seen():
    left = visitor(5, 12)
    masked = ((0.8, 0.0), (1.0, 0.0), (1.0, 1.0), (0.8, 1.0))
    started, ended = watch(Eye(YARD, (masked,)), 18, left)
    assert isinstance(started, Started)
    assert isinstance(ended, Ended)


def test_the_glance_holds_the_masked_picture_and_no_other():
    eye = Eye(YARD, (RIGHT_HALF,))
    glance = eye.see(still_of(np.full((180, 320), 200, np.uint8)))
    assert not glance.picture.luma[:, 170:].any()
    assert (glance.picture.luma[:, :150] == 200).all()


def test_a_camera_that_changes_its_size_ends_the_event_and_starts_anew():
    eye = Eye(YARD, (RIGHT_HALF,))
    (started,) = watch(eye, 8, visitor(4, 99))
    assert isinstance(started, Started)
    large = still_of(np.full((360, 640), 120, np.uint8), 9.0)
    glance = eye.see(large)
    (ended,) = glance.decisions
    assert isinstance(ended, Ended)
    assert glance.picture.luma.shape == (360, 640)
    assert not glance.picture.luma[:, 336:].any()  # the masks went along


def test_closing_an_eye_that_never_looked_is_no_event():
    assert Eye(YARD, ()).close() == []


def test_closing_ends_what_goes_on_once():
    eye = Eye(YARD, ())
    watch(eye, 8, visitor(4, 99))
    (ended,) = eye.close()
    assert isinstance(ended, Ended)
    assert eye.close() == []
