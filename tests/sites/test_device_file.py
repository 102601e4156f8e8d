import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from sites import device_file
from sites.device_file import DeviceFile, cut, read, sign
from sites.errors import DeviceFileError, UnknownDeviceError
from sites.inventory import Inventory
from tests.sites import place

FLEET = SigningKey(bytes(32))
OTHER = SigningKey(bytes([9]) * 32)


def station_file() -> DeviceFile:
    return cut(place.inventory(), place.STATION_DEVICE)


def test_a_device_gets_its_own_sensors_cameras_zones_and_schedule():
    file = station_file()
    site = place.station()
    assert file.sensors == site.devices[0].sensors
    assert file.cameras == site.devices[0].cameras
    assert file.schedule == site.schedule
    assert [zone.number for zone in file.zones] == [1, 2]
    assert file.zones[0].entry_s == 30
    assert not file.home


def test_a_device_of_a_home_knows_that_it_is_one():
    assert cut(place.inventory(), place.HOME_DEVICE).home


def test_the_file_names_no_place_no_unit_no_reference_and_no_other_device():
    inventory = place.inventory()
    for device, other in (
        (place.STATION_DEVICE, place.HOME_DEVICE),
        (place.HOME_DEVICE, place.STATION_DEVICE),
    ):
        text = sign(cut(inventory, device), FLEET).decode()
        for secret in ("AOL-4711", "7F3K", "7f3k", "bureau", "Voordeur", "test", other):
            assert secret not in text


def test_the_fields_of_the_file_are_exactly_these():
    assert set(DeviceFile.model_fields) == {
        "device",
        "site_kind",
        "time_zone",
        "exit_s",
        "schedule",
        "zones",
        "sensors",
        "cameras",
    }


def test_what_was_signed_is_read_back():
    for device in (place.STATION_DEVICE, place.HOME_DEVICE):
        file = cut(place.inventory(), device)
        assert read(sign(file, FLEET), FLEET.verify_key) == file


def test_signing_twice_gives_the_same_bytes():
    assert sign(station_file(), FLEET) == sign(station_file(), FLEET)


def test_another_key_does_not_do():
    with pytest.raises(
        DeviceFileError,
        match=r"^device file refused: its signature is not by the expected key, or it "
        r"was changed$",
    ):
        read(sign(station_file(), OTHER), FLEET.verify_key)


@given(st.data())
def test_a_changed_byte_is_refused_and_never_another_error(data):
    whole = bytearray(sign(station_file(), FLEET))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DeviceFileError):
        read(bytes(whole), FLEET.verify_key)


@given(st.integers(0, 10_000))
def test_a_cut_file_is_refused(length):
    whole = sign(station_file(), FLEET)
    with pytest.raises(DeviceFileError):
        read(whole[: length % len(whole)], FLEET.verify_key)


@given(st.binary(max_size=400))
def test_rubbish_is_refused(rubbish):
    with pytest.raises(DeviceFileError):
        read(rubbish, FLEET.verify_key)


def test_a_huge_file_is_refused_before_it_is_looked_at():
    with pytest.raises(DeviceFileError, match="300000 bytes, 262144 at most"):
        read(bytes(300_000), FLEET.verify_key)


def test_a_signature_that_is_not_hexadecimal_is_refused():
    with pytest.raises(DeviceFileError, match="not 128 hexadecimal digits"):
        read(b"wachtpost-device-file 1 zz\n{}", FLEET.verify_key)


def test_a_well_signed_file_with_other_fields_is_refused_with_the_field():
    body = b'{"device": "abcdefghijklmnop"}\n'
    title = device_file._TITLE
    signature = FLEET.sign(title + body).signature.hex().encode()
    with pytest.raises(DeviceFileError, match="refused: site_kind: Field required"):
        read(title + signature + b"\n" + body, FLEET.verify_key)


def test_a_device_that_is_not_declared_has_no_file():
    with pytest.raises(
        UnknownDeviceError, match=r"^no device 'zzzz' in this inventory$"
    ):
        cut(Inventory(), "zzzz")
