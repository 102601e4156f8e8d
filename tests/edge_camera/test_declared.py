"""Zones and masks of a camera, from an inventory."""

import shutil
from pathlib import Path

import pytest

from edge.errors import DeclaredError
from edge.look.declared import EXAMPLES, Aim, aim_of
from edge.sight.shape import WHOLE
from sites.errors import InventoryError
from sites.load import load

HAVEN = "eyj3g5putwctufop"


@pytest.fixture
def masked(tmp_path):
    """The examples, with a mask and a second zone for camera 6 of Bureau Haven."""
    folder = tmp_path / "inventory"
    shutil.copytree(EXAMPLES, folder)
    file = folder / "sites" / "bureau-haven.yaml"
    area = "area: [[0, 0], [1, 0], [1, 1], [0, 1]], distance: 8}\n"
    more = (
        "          - {zone: 1, area: [[0, 0.5], [0.5, 0.5], [0, 1]]}\n"
        "        masks:\n"
        "          - [[0.5, 0], [1, 0], [1, 1]]\n"
    )
    text = file.read_text()
    assert area in text
    file.write_text(text.replace(area, area + more))
    return folder


def test_without_a_site_the_whole_picture_is_one_zone():
    assert Aim() == Aim(zones=(("picture", WHOLE),), masks=())


def test_zones_and_masks_are_those_that_the_agent_gets(masked):
    aim = aim_of(masked, "bureau-haven", "6")
    (camera, _) = load(masked).device(HAVEN).cameras
    assert aim.zones == tuple((str(view.zone), view.area) for view in camera.views)
    assert [name for name, _ in aim.zones] == ["5", "1"]
    assert aim.masks == camera.masks == (((0.5, 0.0), (1.0, 0.0), (1.0, 1.0)),)


def test_a_camera_may_be_named_with_its_device():
    assert aim_of(EXAMPLES, "bureau-haven", f"{HAVEN}/7") == aim_of(
        EXAMPLES, "bureau-haven", "7"
    )


def test_a_camera_that_stands_alone_needs_no_number(tmp_path):
    folder = tmp_path / "inventory"
    shutil.copytree(EXAMPLES, folder)
    file = folder / "sites" / "bureau-haven.yaml"
    text = file.read_text()
    start, end = text.index("      - number: 7\n"), text.index("safeguards:")
    text = text[:start] + text[end:]
    file.write_text(text.replace("    purpose: outline\n", ""))
    assert aim_of(folder, "bureau-haven", None).zones == (("5", WHOLE),)


@pytest.mark.parametrize(
    ("site", "camera", "sentence"),
    [
        ("bureau-haven", "1", f"no camera '1' at 'bureau-haven', which has {HAVEN}/6"),
        ("bureau-haven", None, f"which camera of 'bureau-haven': {HAVEN}/6, "),
        ("bureau-oost", "1", "no camera '1' at 'bureau-oost', which has none"),
        ("bureau-oost", None, "no camera at 'bureau-oost', which has none"),
        ("nowhere", "1", "no site 'nowhere' in "),
    ],
)
def test_what_is_not_declared_is_told_with_what_is(site, camera, sentence):
    with pytest.raises(DeclaredError) as caught:
        aim_of(EXAMPLES, site, camera)
    assert str(caught.value).startswith(sentence)


def test_an_inventory_that_does_not_load_says_why(tmp_path):
    with pytest.raises(InventoryError, match="there is no such folder"):
        aim_of(tmp_path / "none", "bureau-haven", "6")


def test_the_examples_are_in_the_checkout():
    assert (Path(EXAMPLES) / "policy.yaml").is_file()
