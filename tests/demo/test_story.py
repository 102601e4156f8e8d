import csv
import io
from pathlib import Path

import pytest

from dashboard.demo import material
from dashboard.demo.errors import FootageMissingError
from dashboard.demo.material import Material, find, made_measurements, sources
from dashboard.demo.story import HEAD, HOME, STATION, Beat, recording, story_of
from sites.load import load

EXAMPLES = Path(__file__).parents[2] / "sites" / "examples"
INVENTORY = load(EXAMPLES)
STATION_SITE = INVENTORY.sites["bureau-haven"]
HOME_SITE = next(site for site in INVENTORY.sites.values() if site.kind == "home")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_station_and_a_home_have_a_story_each() -> None:
    assert story_of(STATION_SITE) is STATION
    assert story_of(HOME_SITE) is HOME


@pytest.mark.parametrize("site", [STATION_SITE, HOME_SITE], ids=["station", "home"])
def test_every_beat_finds_a_sensor_in_the_example(site) -> None:
    beats = story_of(site)
    assert len(rows(recording(site, site.devices[0], beats))) == len(beats)


def test_a_beat_moves_the_sensor_of_its_kind_and_zone() -> None:
    beat = Beat(8, "contact", "open", "back_door")
    device = STATION_SITE.devices[0]
    (line,) = rows(recording(STATION_SITE, device, [beat]))
    number = int(line["sensor"])
    sensor = next(each for each in device.sensors if each.number == number)
    kind = next(z.kind for z in STATION_SITE.zones if z.number == sensor.zone)
    assert (sensor.kind, kind, line["state"]) == ("contact", "back_door", "open")


def test_a_beat_without_a_sensor_is_left_out() -> None:
    beat = Beat(1, "contact", "open", "shed")
    text = recording(STATION_SITE, STATION_SITE.devices[0], [beat])
    assert text == HEAD + "\n"


def test_a_loud_button_is_not_taken_for_a_silent_one() -> None:
    device = HOME_SITE.devices[0]
    for silent in (True, False):
        beat = Beat(1, "panic", "pressed", silent=silent)
        (line,) = rows(recording(HOME_SITE, device, [beat]))
        number = int(line["sensor"])
        assert next(s for s in device.sensors if s.number == number).silent is silent


WANTED = ["footage:yard.mp4", "footage:gate.mp4", "footage:yard.mp4"]


def test_cameras_look_at_made_scenes_where_there_is_no_film() -> None:
    found = sources(WANTED, Material(None, None))
    assert found == {"footage:yard.mp4": "made:1", "footage:gate.mp4": "made:2"}


def test_cameras_look_at_the_film_that_they_name(tmp_path) -> None:
    (tmp_path / "yard.mp4").touch()
    (tmp_path / "gate.mp4").touch()
    found = sources(WANTED, Material(tmp_path, None))
    assert found == {source: source for source in WANTED}


def test_a_film_that_is_not_there_is_replaced_by_one_that_is(tmp_path) -> None:
    (tmp_path / "other.mp4").touch()
    found = sources(WANTED, Material(tmp_path, None))
    assert set(found.values()) == {"footage:other.mp4"}


def test_a_folder_that_was_asked_for_and_holds_no_film_is_refused(tmp_path) -> None:
    with pytest.raises(FootageMissingError, match=str(tmp_path)):
        find(str(tmp_path))


def test_a_folder_with_a_film_is_taken(tmp_path) -> None:
    (tmp_path / "yard.mp4").touch()
    found = find(str(tmp_path))
    assert found.footage == tmp_path
    assert found.word == str(tmp_path)


def test_made_scenes_can_be_asked_for() -> None:
    assert find("made") == Material(None, None)


def test_without_anything_it_is_made_and_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(material, "FOOTAGE", tmp_path / "none")
    monkeypatch.setattr(material, "MEASUREMENTS", tmp_path / "none.csv")
    found = find(None)
    assert found == Material(None, None)
    assert found.word == "made"


def test_a_made_day_has_people_by_day_and_none_at_night() -> None:
    day = rows(made_measurements())
    assert len(day) == 1440
    noon, midnight = day[4 * 60], day[15 * 60]
    assert float(noon["Light"]) > 400 > float(midnight["Light"])
    assert float(noon["CO2"]) > 900 > float(midnight["CO2"])
    assert 15 < float(midnight["Temperature"]) < float(noon["Temperature"]) < 30
