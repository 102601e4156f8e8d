"""What a camera shows of a place, and what that is enough for."""

import math
import shutil
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.device_file import cut
from sites.errors import InventoryError
from sites.geometry import NEEDED, farthest, pixels_per_metre, serves
from sites.load import load
from sites.site import Purpose, Resolution

GOOD = Path(__file__).parent / "inventories" / "good"
HD = Resolution(width=1280, height=720)
AREA = "area: [[0, 0], [1, 0], [1, 1], [0, 1]]"

RESOLUTIONS = st.builds(
    Resolution, width=st.integers(16, 16384), height=st.integers(16, 16384)
)
ANGLES = st.floats(1, 170)
DISTANCES = st.floats(0.01, 1000)
PURPOSES = st.sampled_from(get_args(Purpose))


def test_each_purpose_has_the_number_of_the_standard_and_a_higher_one_needs_more():
    assert list(NEEDED) == list(get_args(Purpose))
    assert list(NEEDED.values()) == [20, 40, 80, 125, 250, 500, 1500]


@pytest.mark.parametrize(
    ("width", "fov", "distance", "density"),
    [
        (1280, 90, 8, 80),  # half of 16 m of width on either side
        (1280, 90, 4, 160),
        (640, 90, 4, 80),
        (768, 60, 8, 83.14),  # tan 30 degrees is 0.57735
        (1920, 2 * math.degrees(math.atan(0.5)), 10, 192),  # as wide as it is far
    ],
)
def test_pixels_per_metre_as_worked_out_by_hand(width, fov, distance, density):
    resolution = Resolution(width=width, height=480)
    assert pixels_per_metre(resolution, fov, distance) == pytest.approx(
        density, abs=0.01
    )


@given(RESOLUTIONS, ANGLES, DISTANCES)
def test_a_metre_that_is_twice_as_far_gets_half_the_pixels(resolution, fov, distance):
    near = pixels_per_metre(resolution, fov, distance)
    assert pixels_per_metre(resolution, fov, 2 * distance) == pytest.approx(near / 2)


@given(RESOLUTIONS, ANGLES, DISTANCES)
def test_the_metres_across_times_their_pixels_are_the_picture(
    resolution, fov, distance
):
    across = 2 * distance * math.tan(math.radians(fov / 2))
    density = pixels_per_metre(resolution, fov, distance)
    assert density * across == pytest.approx(resolution.width)


@given(RESOLUTIONS, st.floats(1, 169), DISTANCES)
def test_a_wider_angle_never_shows_more_of_a_metre(resolution, fov, distance):
    wider = pixels_per_metre(resolution, fov + 1, distance)
    assert wider < pixels_per_metre(resolution, fov, distance)


@given(RESOLUTIONS, ANGLES, PURPOSES)
def test_a_purpose_is_served_up_to_the_farthest_distance_and_not_beyond(
    resolution, fov, purpose
):
    limit = farthest(resolution, fov, purpose)
    assert serves(pixels_per_metre(resolution, fov, limit * 0.999), purpose)
    assert not serves(pixels_per_metre(resolution, fov, limit * 1.001), purpose)


def inventory(
    tmp_path: Path, purpose: str, *, camera: str = "", view: str = "", more: str = ""
) -> Path:
    """Write the good inventory with a purpose for its car park."""
    folder = tmp_path / "inventory"
    shutil.copytree(GOOD, folder)
    quay = folder / "sites" / "quay.yaml"
    text = quay.read_text()
    text = text.replace(
        "    kind: car_park\n", f"    kind: car_park\n    purpose: {purpose}\n"
    )
    text = text.replace("source: made:1\n", f"source: made:1\n{camera}")
    text = text.replace(f"{{zone: 2, {AREA}}}", f"{{zone: 2, {AREA}{view}}}")
    quay.write_text(text.replace("safeguards:\n", f"{more}safeguards:\n"))
    return folder


def numbers(width: int, fov: float) -> str:
    return f"        resolution: {{width: {width}, height: 720}}\n        fov: {fov}\n"


def said(folder: Path) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        load(folder)
    return [problem.what for problem in caught.value.problems]


def test_a_purpose_that_the_geometry_cannot_meet_is_refused_with_both_numbers_a39(
    tmp_path,
):
    folder = inventory(
        tmp_path, "characterise", camera=numbers(1280, 90), view=", distance: 8"
    )
    (sentence,) = said(folder)
    assert "needs 250 px/m" in sentence
    assert "gives 80 with 1280 px over 90 degrees at 8 m" in sentence


def test_a_purpose_that_the_geometry_meets_loads_a39(tmp_path):
    folder = inventory(
        tmp_path, "characterise", camera=numbers(1280, 90), view=", distance: 2.5"
    )
    zone = load(folder).zone("quay", 2)
    assert zone
    assert zone.purpose == "characterise"


def test_a_purpose_of_which_the_numbers_are_missing_is_refused_a39(tmp_path):
    (sentence,) = said(inventory(tmp_path, "overview", camera=numbers(1280, 90)))
    assert sentence == (
        "zone: the purpose 'overview' of zone 2 cannot be judged:"
        " the camera aaaaaaaaaaaaaaaa/5 has no 'distance'"
    )


def second(distance: float) -> str:
    return (
        "      - number: 6\n        source: made:2\n"
        + numbers(1280, 90)
        + f"        views: [{{zone: 2, {AREA}, distance: {distance}}}]\n"
    )


def test_one_camera_that_can_is_enough(tmp_path):
    folder = inventory(
        tmp_path,
        "perceive",
        camera=numbers(1280, 90),
        view=", distance: 30",
        more=second(4),
    )
    assert load(folder).zone("quay", 2)


def test_of_two_cameras_that_cannot_the_better_one_is_named(tmp_path):
    folder = inventory(
        tmp_path,
        "perceive",
        camera=numbers(1280, 90),
        view=", distance: 30",
        more=second(6),
    )
    (sentence,) = said(folder)
    assert "aaaaaaaaaaaaaaaa/6 gives 106.6 " in sentence


def test_too_few_never_reads_as_enough(tmp_path):
    folder = inventory(
        tmp_path, "discern", camera=numbers(1280, 90), view=", distance: 8.0001"
    )
    (sentence,) = said(folder)
    assert "needs 80 px/m" in sentence
    assert "gives 79.9 " in sentence


def test_without_a_purpose_no_number_is_asked_for():
    zone = load(GOOD).zone("quay", 2)
    assert zone
    assert zone.purpose is None


def test_what_is_wrong_with_a_number_is_not_also_said_to_be_missing(tmp_path):
    folder = inventory(
        tmp_path, "perceive", camera=numbers(1280, 171), view=", distance: 4"
    )
    assert said(folder) == ["fov: 171 is more than 170.0"]


def test_a_device_does_not_get_to_know_distances(tmp_path):
    folder = inventory(
        tmp_path, "perceive", camera=numbers(1280, 90), view=", distance: 4"
    )
    loaded = load(folder)
    (declared,) = loaded.device("aaaaaaaaaaaaaaaa").cameras
    (camera,) = cut(loaded, "aaaaaaaaaaaaaaaa").cameras
    assert declared.views[0].distance == 4
    assert camera.views[0].distance is None
    assert camera.views[0].area == declared.views[0].area
    assert (camera.resolution, camera.fov) == (HD, 90)
