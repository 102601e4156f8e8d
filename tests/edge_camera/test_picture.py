"""Masks go on first, and what they hide is gone for everybody behind them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.sight.cover import BLOCK, cover
from edge.sight.picture import (
    SNAPSHOT_WIDTH,
    Masking,
    Moment,
    Pixels,
    Still,
    points_of,
    small_size,
)
from edge.sight.shape import WHOLE, Polygon
from tests.edge_camera.clip import still_of

CORNER = ((0.0, 0.0), (0.3, 0.0), (0.3, 0.3), (0.0, 0.3))
SLOPE = ((0.52, 0.41), (0.93, 0.47), (0.71, 0.88))


def white(height: int = 180, width: int = 320) -> Still:
    return still_of(np.full((height, width), 255, np.uint8))


def colourful(height: int, width: int) -> Still:
    image = np.random.default_rng(4).integers(0, 256, (height, width, 3), np.uint8)
    planes = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).astype(np.uint8)
    return Still(Moment(0, 0.0), planes[:height], lambda: planes)


def decoded(jpeg: bytes) -> Pixels:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.astype(np.uint8)


def hidden(mask: Polygon, height: int, width: int) -> NDArray[np.bool_]:
    return cover(mask, height, width) > 0


@pytest.mark.parametrize("mask", [CORNER, SLOPE])
def test_masked_pixels_are_zero_and_no_others(mask):
    picture = Masking((mask,), 180, 320).hide(white())
    under = hidden(mask, 180, 320)
    assert not picture.luma[under].any()
    near = cv2.dilate(under.astype(np.uint8), np.ones((2 * BLOCK, 2 * BLOCK))) > 0
    assert (picture.luma[~near] == 255).all()


@pytest.mark.parametrize("mask", [CORNER, SLOPE])
@pytest.mark.parametrize(("height", "width"), [(432, 768), (1080, 1920), (358, 638)])
def test_a_snapshot_is_black_under_its_masks(mask, height, width):
    picture = Masking((mask,), height, width).hide(colourful(height, width))
    image = decoded(picture.jpeg())
    assert image.shape[1] == min(width, SNAPSHOT_WIDTH)
    assert image[hidden(mask, *image.shape[:2])].max() <= 4
    assert image.mean() > 60  # the rest is there


def test_the_small_picture_is_zero_where_a_mask_lies():
    picture = Masking((CORNER,), 432, 768).hide(white(432, 768))
    assert not picture.small[hidden(CORNER, *picture.small.shape)].any()
    assert picture.small[-1, -1] == 255


def test_a_mask_is_widened_to_whole_blocks():
    inside_one_block = ((0.01, 0.01), (0.02, 0.01), (0.02, 0.02))
    picture = Masking((inside_one_block,), 160, 320).hide(white(160, 320))
    assert not picture.luma[:BLOCK, :BLOCK].any()
    assert picture.luma[BLOCK:, :].all()
    assert picture.luma[:, BLOCK:].all()


def test_masking_leaves_the_decoders_picture_whole():
    still = white()
    planes = still.colours().copy()
    picture = Masking((WHOLE,), 180, 320).hide(still)
    picture.jpeg()
    assert not picture.luma.any()
    assert (still.luma == 255).all()
    assert (still.colours() == planes).all()


def test_without_masks_nothing_is_hidden():
    masking = Masking((), 180, 320)
    assert masking.unseen() is None
    assert (masking.hide(white()).luma == 255).all()


def test_unseen_is_what_no_zone_may_count():
    unseen = Masking((CORNER,), 432, 768).unseen()
    assert unseen is not None
    assert unseen.shape == small_size(432, 768)
    assert unseen[0, 0] == 255
    assert unseen[-1, -1] == 0


def test_masks_fit_pictures_of_their_own_size_alone():
    masking = Masking((CORNER,), 180, 320)
    assert masking.fits(white())
    assert not masking.fits(white(180, 322))


@pytest.mark.parametrize(
    ("height", "width"), [(432, 768), (1080, 1920), (720, 1280), (90, 160), (48, 64)]
)
def test_the_small_picture_keeps_the_shape(height, width):
    small = Masking((), height, width).hide(white(height, width)).small
    assert small.shape == (round(height * 160 / width), 160)


def test_colours_survive_a_snapshot():
    blue = np.zeros((180, 320, 3), np.uint8)
    blue[:, :, 0] = 200
    planes = cv2.cvtColor(blue, cv2.COLOR_BGR2YUV_I420).astype(np.uint8)
    still = Still(Moment(0, 0.0), planes[:180], lambda: planes)
    image = decoded(Masking((), 180, 320).hide(still).jpeg())
    assert image[90, 160, 0] > 180
    assert image[90, 160, 2] < 20


def chroma_of(planes: Pixels) -> float:
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    still = Still(Moment(0, 0.0), planes[:height], lambda: planes)
    return Masking((), height, width).hide(still).chroma()


@pytest.mark.parametrize("grey", [(128, 128), (127, 127), (127, 129), (129, 128)])
def test_grey_that_a_converter_rounded_is_no_colour(grey):
    planes = np.full((270, 320), 90, np.uint8)
    planes[180:225], planes[225:] = grey
    assert chroma_of(planes) == 0.0


def test_a_cast_over_all_of_the_picture_is_colour():
    planes = np.full((270, 320), 90, np.uint8)
    planes[180:225], planes[225:] = 122, 136
    assert chroma_of(planes) == pytest.approx(6.0)  # the mean of 6 and 8, less one


def test_a_little_colour_on_grey_is_told():
    planes = np.full((270, 320), 128, np.uint8)
    planes[180:225, 64:128] = 118  # a fifth of one plane
    assert chroma_of(planes) == pytest.approx(1.0)


def test_a_films_own_planes_of_colour_say_what_all_planes_say():
    still = colourful(180, 320)
    halves = still.colours()[180:].reshape(2, 90, 160)
    quick = replace(still, chroma=lambda: list(halves))
    whole = Masking((), 180, 320).hide(still).chroma()
    assert Masking((), 180, 320).hide(quick).chroma() == pytest.approx(whole, rel=0.1)


@pytest.mark.parametrize("mask", [CORNER, SLOPE])
@pytest.mark.parametrize(
    ("height", "width"), [(432, 768), (1080, 1920), (358, 638), (181, 321), (90, 160)]
)
def test_what_is_under_a_mask_makes_no_difference_to_anything(mask, height, width):
    masking = Masking((mask,), height, width)
    under = masking.hide(still_of(np.full((height, width), 255, np.uint8))).luma == 0
    luma = np.random.default_rng(7).integers(0, 256, (height, width), np.uint8)
    other = np.where(under, 255 - luma, luma).astype(np.uint8)
    passed = [(0.1, points_of(luma))], [(0.1, points_of(other))]
    one, two = (
        masking.hide(replace(still_of(plane), passed=points))
        for plane, points in zip((luma, other), passed, strict=True)
    )
    for name in ("small", "fine", "points", "luma"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert np.array_equal(one.passed[0][1], two.passed[0][1])
    plain = Masking((), height, width).hide(still_of(one.luma))
    assert np.array_equal(one.small, plain.small)
    assert np.array_equal(one.fine, plain.fine)
