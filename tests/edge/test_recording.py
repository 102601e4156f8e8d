"""Recorded files play at their pace, and their faults are told with the line."""

import asyncio
from pathlib import Path

import pytest

from edge.errors import RecordingError
from edge.recording import (
    Change,
    Playing,
    Reading,
    RecordedContacts,
    RecordedMeasurements,
    quantities,
    read_changes,
    read_rows,
)
from sites.event import (
    ContactClosed,
    ContactOpened,
    MeasurementTaken,
    PanicPressed,
    TamperOpened,
)
from sites.record import Record
from sites.sight import MotionEnded, MotionStarted
from sites.site import Sensor
from tests.edge.device_home import SENSORS
from tests.edge.records import NOON

OWN = [Sensor.model_validate(sensor) for sensor in SENSORS]
BY_NUMBER = {sensor.number: sensor for sensor in OWN}
FAST = Playing(speed=1000)
OFFICE = Path(__file__).parents[3] / "shared" / "data" / "office-occupancy.csv"


def written(folder: Path, text: str) -> Path:
    path = folder / "recording.csv"
    path.write_text(text)
    return path


def contacts(folder: Path, rows: str, playing: Playing = FAST) -> RecordedContacts:
    path = written(folder, "seconds,sensor,state\n" + rows)
    return RecordedContacts(path, OWN, playing, lambda: NOON)


async def test_a_recording_is_played_to_its_end(tmp_path: Path):
    heard: list[Record] = []
    rows = "1,1,open\n2,2,motion\n3,2,still\n4,4,pressed\n5,4,pressed\n6,1,closed\n"
    await contacts(tmp_path, rows).watch(heard.append)
    assert [type(record) for record in heard] == [
        ContactOpened,
        MotionStarted,
        MotionEnded,
        PanicPressed,
        PanicPressed,
        ContactClosed,
    ]


async def test_rows_are_played_by_time_and_what_is_no_news_is_left_out(tmp_path: Path):
    heard: list[Record] = []
    await contacts(tmp_path, "3,1,closed\n1,1,open\n2,1,open\n").watch(heard.append)
    assert [type(record) for record in heard] == [ContactOpened, ContactClosed]


async def test_a_recording_takes_its_time_divided_by_the_speed(tmp_path: Path):
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await contacts(tmp_path, "5,1,open\n50,1,closed\n").watch(lambda _: None)
    assert loop.time() - begin >= 0.05


async def test_a_recording_can_go_on_for_ever(tmp_path: Path):
    heard: list[Record] = []
    enough = asyncio.Event()

    def hear(record: Record) -> None:
        heard.append(record)
        if len(heard) == 10:
            enough.set()

    endless = contacts(tmp_path, "1,1,open\n2,1,closed\n", Playing(1000, loop=True))
    task = asyncio.create_task(endless.watch(hear))
    await enough.wait()
    task.cancel()
    await asyncio.wait([task])
    assert {type(record) for record in heard} == {ContactOpened, ContactClosed}


def test_what_stands_at_second_zero_is_how_it_was_before(tmp_path: Path):
    recording = contacts(tmp_path, "0,1,open\n0,3,open\n0,2,motion\n9,1,closed\n")
    assert recording.ajar() == {1, 3}


async def test_how_it_was_before_is_not_told_again(tmp_path: Path):
    heard: list[Record] = []
    await contacts(tmp_path, "0,1,open\n1,3,open\n").watch(heard.append)
    assert [type(record) for record in heard] == [TamperOpened]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ":1: the columns are not seconds,sensor,state"),
        ("time,what\n1,1\n", ":1: the columns are not seconds,sensor,state"),
        ("seconds,sensor,state\n", ": it holds no change"),
        ("seconds,sensor,state\n\n1,1,ajar\n", ":3: 'ajar' is none of closed, motion"),
        ("seconds,sensor,state\n1,9,open\n", ":2: this device has no sensor 9"),
        ("seconds,sensor,state\n-1,1,open\n", ":2: -1 is no time after the start"),
        ("seconds,sensor,state\nnan,1,open\n", ":2: nan is no time after the start"),
        ("seconds,sensor,state\n1,open\n", ":2: not seconds,sensor,state: ['1', 'op"),
        ("seconds,sensor,state\nx,1,open\n", ":2: not seconds,sensor,state: ['x', '"),
    ],
)
def test_each_fault_of_a_recording_is_told_with_its_line(
    tmp_path: Path, text: str, told: str
):
    path = written(tmp_path, text)
    with pytest.raises(RecordingError) as refused:
        read_changes(path, BY_NUMBER)
    assert str(refused.value).startswith(f"{path}{told}")


def test_a_recording_that_is_not_there_or_no_text_is_told(tmp_path: Path):
    with pytest.raises(RecordingError, match="No such file"):
        read_changes(tmp_path / "none.csv", BY_NUMBER)
    path = tmp_path / "recording.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="not text in UTF-8"):
        read_changes(path, BY_NUMBER)


def test_changes_are_read_as_they_stand(tmp_path: Path):
    path = written(tmp_path, "seconds,sensor,state\n1.5,1,open\n2,1,closed\n")
    assert read_changes(path, BY_NUMBER) == [
        Change(1.5, 1, active=True),
        Change(2.0, 1, active=False),
    ]


ROWS = """"date","Temperature","Humidity","CO2"
"1","2015-02-04 17:51:00",23.18,27.272,721.25
"2","2015-02-04 17:51:59",,27.2675,714
"3","2015-02-04 17:53:00",nan,27,twelve
"""


def test_measurements_are_read_for_the_sensors_that_there_are(tmp_path: Path):
    rows = read_rows(written(tmp_path, ROWS), quantities(OWN))
    assert rows == [
        [Reading(5, "temperature", 23.18), Reading(6, "co2", 721.25)],
        [Reading(6, "co2", 714.0)],
        [],
    ]


def test_measurements_without_row_numbers_are_read_alike(tmp_path: Path):
    rows = read_rows(written(tmp_path, "date,temperature\nx,20\n"), quantities(OWN))
    assert rows == [[Reading(5, "temperature", 20.0)]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no column is a quantity of this device"),
        ("date,Light\nx,3\n", "no column is a quantity of this device"),
        ("date,Temperature\n", "it holds no row"),
    ],
)
def test_measurements_of_no_use_are_told(tmp_path: Path, text: str, told: str):
    with pytest.raises(RecordingError, match=told):
        read_rows(written(tmp_path, text), quantities(OWN))


async def test_measurements_are_played(tmp_path: Path):
    heard: list[Record] = []
    path = written(tmp_path, ROWS)
    played = RecordedMeasurements(path, OWN, Playing(speed=6000), lambda: NOON)
    await played.watch(heard.append)
    assert heard == [
        MeasurementTaken(at=NOON, sensor=5, quantity="temperature", value=23.18),
        MeasurementTaken(at=NOON, sensor=6, quantity="co2", value=721.25),
        MeasurementTaken(at=NOON, sensor=6, quantity="co2", value=714.0),
    ]


def test_the_office_data_is_read_whole():
    if not OFFICE.exists():
        pytest.skip("the recorded office data is not on this machine")
    rows = read_rows(OFFICE, quantities(OWN))
    assert len(rows) == 8143
    assert rows[0] == [Reading(5, "temperature", 23.18), Reading(6, "co2", 721.25)]
    assert all(len(row) == 2 for row in rows)
