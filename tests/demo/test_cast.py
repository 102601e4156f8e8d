"""What a demo prepares is what the real programs accept."""

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.demo.cast import Keys, furnish, players, settings_of, write_inventory
from dashboard.demo.material import Material
from edge.settings import load as load_settings
from sites.load import load

EXAMPLES = Path(__file__).parents[2] / "sites" / "examples"
MADE = Material(None, None)


@pytest.fixture
def keys() -> Keys:
    return Keys.new(load(EXAMPLES))


def test_the_copied_inventory_holds_our_keys_and_still_loads(tmp_path, keys) -> None:
    inventory = write_inventory(EXAMPLES, tmp_path / "inventory", keys, MADE)
    assert inventory.devices.keys() == keys.devices.keys()
    for device in inventory.devices.values():
        assert device.key == bytes(keys.devices[device.id].verify_key).hex()


def test_the_copied_inventory_passes_the_command_for_real_ones(tmp_path, keys) -> None:
    write_inventory(EXAMPLES, tmp_path / "inventory", keys, MADE)
    done = subprocess.run(
        [sys.executable, "-m", "wachtpost", "sites", "check", tmp_path / "inventory"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_examples_themselves_are_left_alone(tmp_path, keys) -> None:
    before = {path: path.read_bytes() for path in EXAMPLES.rglob("*.yaml")}
    write_inventory(EXAMPLES, tmp_path / "inventory", keys, MADE)
    assert before == {path: path.read_bytes() for path in EXAMPLES.rglob("*.yaml")}


def test_a_station_with_cameras_and_a_kit_of_one_unit_play(tmp_path, keys) -> None:
    inventory = write_inventory(EXAMPLES, tmp_path / "inventory", keys, MADE)
    station, home = players(inventory, "duinland")
    assert (station.kind, home.kind) == ("station", "home")
    assert station.unit == home.unit == "duinland"
    assert station.devices[0].cameras
    assert station.exit_s == home.exit_s == 2


@pytest.mark.parametrize("films", ["made", "recorded"])
def test_an_agent_accepts_the_folder_of_a_player(tmp_path, keys, films) -> None:
    material = MADE
    if films == "recorded":
        (tmp_path / "films").mkdir()
        (tmp_path / "films" / "gate.mp4").touch()
        material = Material(tmp_path / "films", None)
    inventory = write_inventory(EXAMPLES, tmp_path / "inventory", keys, material)
    for site in players(inventory, "duinland"):
        player = furnish(tmp_path / "devices", inventory, site, keys, material)
        text = settings_of(player, keys, 1883, material)
        (player.folder / "device.toml").write_text(text)
        ready = load_settings(player.folder)
        assert ready.site.device == player.device
        assert ready.key == keys.devices[player.device]


def test_a_home_gets_no_word_about_the_place(tmp_path, keys) -> None:
    inventory = write_inventory(EXAMPLES, tmp_path / "inventory", keys, MADE)
    _, home = players(inventory, "duinland")
    player = furnish(tmp_path / "devices", inventory, home, keys, MADE)
    (player.folder / "device.toml").write_text(settings_of(player, keys, 1883, MADE))
    for path in player.folder.iterdir():
        text = path.read_text()
        assert home.kit is not None
        assert home.kit not in text
        assert home.id not in text
        assert str(home.reference) not in text
