"""The bench sends what devices of a real inventory could send."""

from pathlib import Path

from nacl.public import PrivateKey

from collector.fleet.directory import directory_of
from collector.intake.ingest import Heard, examine
from collector.intake.source import Message
from sites.event import PanicPressed
from sites.load import load
from tests.bench.collector.sealed import Device, fresh, sealed, write_inventory
from tests.collector.world import NOW

KEY = PrivateKey(bytes([3]) * 32)
DEVICES = [Device(number) for number in range(12)]


def heard(folder: Path, topic: str, payload: bytes) -> Heard:
    """Examine a frame as the collector does with this inventory."""
    directory = directory_of(load(folder))
    found = examine(Message(topic, payload, NOW), KEY, directory)
    assert isinstance(found, Heard)
    return found


def test_the_collector_believes_every_frame_of_a_load(tmp_path: Path):
    write_inventory(tmp_path, DEVICES)
    directory = directory_of(load(tmp_path))
    load_ = sealed(DEVICES, 24, 3, KEY.public_key)
    found = [examine(Message(*one, NOW), KEY, directory) for one in load_.frames]
    assert all(isinstance(one, Heard) and one.doubt is None for one in found)
    names = {row.name for one in found if isinstance(one, Heard) for row in one.rows}
    assert len(names) == load_.records == 72
    assert {name.run for name in names} == {load_.run}
    assert {name.device for name in names} == set(load_.devices)


def test_numbers_of_a_device_have_no_gap():
    load_ = sealed(DEVICES[:2], 6, 5, KEY.public_key)
    assert len(load_.frames) == 6
    assert load_.records == 30


def test_a_fresh_alarm_comes_from_the_button_of_its_device(tmp_path: Path):
    write_inventory(tmp_path, DEVICES)
    device = DEVICES[11]
    frame = fresh(device, "ab" * 8, 1, "al", KEY.public_key)
    (row,) = heard(tmp_path, device.topic("al"), frame).rows
    assert isinstance(row.record, PanicPressed)
    assert (row.device, row.sensor, row.zone) == (device.id, device.sensor(2), 1)


def test_what_is_sent_twice_is_still_counted_once():
    load_ = sealed(DEVICES[:1], 10, 2, KEY.public_key)
    again = load_.again(5)
    assert len(again.frames) == 12
    assert again.frames[10:] == (load_.frames[0], load_.frames[5])
    assert again.records == load_.records == 20


def test_devices_differ_in_id_key_and_place():
    assert len({device.id for device in DEVICES}) == 12
    assert len({bytes(device.key) for device in DEVICES}) == 12
    assert {device.site for device in DEVICES} == {"bench-0000", "bench-0001"}
    places = {
        (device.site, device.sensor(which)) for device in DEVICES for which in (1, 2)
    }
    assert len(places) == 24
