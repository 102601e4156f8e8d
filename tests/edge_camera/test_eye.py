"""The eye puts masks on, then looks; another size of picture is another beginning."""

from collections.abc import Iterator
from itertools import islice

import cv2
import numpy as np
import pytest

from edge.errors import Loss
from edge.sight.eye import Eye
from edge.sight.guard import Verdict
from edge.sight.lookout import Seen
from edge.sight.motion import Ended, Started
from edge.sight.picture import Pixels
from edge.sight.shape import WHOLE
from tests.edge_camera.clip import Box, scene, still_of, visitor
from tests.edge_camera.made import staged
from tests.edge_camera.made import still_of as bgr_still
from tests.edge_camera.test_guard import RATE, film
from tests.edge_camera.test_rtsp import busy_yard

YARD = (("yard", WHOLE),)
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def watch(eye: Eye, seconds: float, box: Box | None) -> list[Seen]:
    decisions: list[Seen] = []
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


def covered_then_not(eye: Eye) -> tuple[list[Seen], list[Verdict]]:
    """Show the eye a drawn scene that is covered from 10 to 30 s."""
    decisions: list[Seen] = []
    verdicts: list[Verdict] = []
    for number, one in enumerate(
        staged("covered fast", film("made:1", 45.0), 10.0, 30.0, RATE)
    ):
        picture = one.copy()
        if 12 <= number / RATE < 28:  # something creeps over the cloth
            left = 4 * (number % 60)
            picture[60:110, left : left + 40] = 200
        glance = eye.see(bgr_still(picture, number, RATE))
        decisions += glance.decisions
        verdicts += [glance.verdict] if glance.verdict else []
    return decisions + eye.close(), verdicts


def test_nothing_moves_on_a_cloth_and_nothing_starts_as_it_is_taken_away():
    eye = Eye(YARD, ())
    decisions, (named, over) = covered_then_not(eye)
    assert (named.trouble, over.trouble) == (Loss.COVERED, None)
    starts = [one.moment.seconds for one in decisions if isinstance(one, Started)]
    ends = [one.moment.seconds for one in decisions if isinstance(one, Ended)]
    assert len(starts) == len(ends)
    told = named.since + 8
    assert not [at for at in starts if told < at < 30 + 3]
    assert not [at for at in ends if told < at < 30]
    assert eye.trouble is None


def test_an_eye_gives_what_it_knows_to_be_kept():
    eye = Eye(YARD, ())
    assert eye.remember() is None
    for number, picture in enumerate(film("made:1", 45.0)):
        eye.see(bgr_still(picture, number, RATE))
    memory = eye.remember()
    assert memory is not None
    assert memory.day is not None
    assert memory.night is None


def hasty(looks: int) -> Iterator[Pixels]:
    """Look at somebody large in a drawn yard who runs to and fro."""
    for picture in islice(busy_yard(9), 0, 2 * looks, 2):
        yield np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))


@pytest.mark.parametrize("looks", range(13, 21))
def test_what_breaks_off_at_any_moment_ends_no_sooner_than_it_began(looks):
    eye, told = Eye(YARD, ()), list[object]()
    for number, luma in enumerate(hasty(looks)):
        told += eye.see(still_of(luma, number / 5)).decisions
    larger = np.zeros((360, 640), np.uint8)
    told += eye.see(still_of(larger, looks / 5)).decisions
    began = [one for one in told if isinstance(one, Started)]
    ended = [one for one in told if isinstance(one, Ended)]
    assert len(began) == len(ended)
    assert all(one.seconds >= 0 for one in ended)
