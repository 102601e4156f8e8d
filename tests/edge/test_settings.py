"""Settings are checked whole: every problem at once, a sentence each."""

import re
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from edge.camera.login import Login
from edge.errors import SettingsError
from edge.settings import Settings, footage_source, load
from sites.device_file import sign
from sites.keys import key_text
from tests.edge.device_home import (
    FLEET_KEY,
    make_home,
    new_site,
    site_file,
    write_settings,
)

ROOT = Path(__file__).parents[2]
SITE = new_site()
NOT_SIGNED = "its signature is not by the expected key, or it was changed"
QUIET = "seconds,sensor,state\n1,1,open\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a device's folder in which all is well."""
    folder = make_home(tmp_path / "device", 1883, SITE, contacts="contacts.csv")
    (folder / "contacts.csv").write_text(QUIET)
    return folder


def changed(home: Path, **fields: Any) -> Path:
    """Write the settings anew with some changed; None leaves one out."""
    text = (home / "device.toml").read_text()
    lines = dict(line.split(" = ", 1) for line in text.splitlines())
    old = {name: value.strip('"') for name, value in lines.items()}
    write_settings(home, old | {"demo": True} | fields)
    return home


def problems(home: Path) -> list[str]:
    """Give what is wrong, without the name of the file."""
    with pytest.raises(SettingsError) as refused:
        load(home)
    start = f"{home / 'device.toml'}: "
    assert all(one.startswith(start) for one in refused.value.problems)
    return [one.removeprefix(start) for one in refused.value.problems]


def test_good_settings_are_read_with_all_that_they_name(home: Path):
    ready = load(home)
    (route,) = ready.routes
    assert route.way.device == ready.site.device == SITE.device
    assert (route.broker.host, route.broker.port) == ("127.0.0.1", 1883)
    assert route.broker.tls is None


def test_every_setting_stands_in_the_readme_with_its_default():
    text = (ROOT / "edge" / "README.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", text, re.MULTILINE))
    assert set(rows) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if field.is_required():
            assert rows[name] == "needed"
        elif field.default is None:
            assert rows[name] == "none"
        else:
            shown = str(field.default)
            told = rows[name].strip("`")
            assert told in {shown, shown.lower()}


def test_there_are_nineteen_settings_at_most():
    assert len(Settings.model_fields) <= 19


def test_missing_settings_are_told_all_at_once(home: Path):
    (home / "device.toml").write_text("speed = 1.0\n")
    assert problems(home) == [
        "path is missing",
        "broker is missing",
        "collector_seal is missing",
        "collector_sign is missing",
        "site_file_key is missing",
    ]


def test_a_folder_without_settings_is_told(tmp_path: Path):
    assert problems(tmp_path) == ["No such file or directory"]


def test_settings_that_are_no_toml_are_told(home: Path):
    (home / "device.toml").write_text("path = \n")
    assert problems(home)[0].startswith("not TOML: Invalid value (at line 1")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"colour": "blue"}, "'colour' is no setting"),
        ({"speed": 0}, "speed: input should be greater than 0, not 0"),
        (
            {"outbox_mb": 1},
            "outbox_mb: input should be greater than or equal to 2, not 1",
        ),
        ({"path": "cable"}, "path: no topic or path of version 1: 'cable'"),
        ({"broker": "broker.test"}, "broker: 'broker.test' is not HOST:PORT"),
        ({"broker": "h:99999"}, "broker: 'h:99999' is not HOST:PORT"),
        (
            {"broker": "203.0.113.5:1883", "demo": False},
            "broker: without tls only this machine itself may be the broker",
        ),
        ({"tls": "papers"}, "broker: No such file or directory"),
        ({"key_file": "none.key"}, "key_file: No such file or directory"),
        ({"site_file": "none.json"}, "site_file: No such file or directory"),
        (
            {"path": "aaaaaaaaaaaaaaaa-1"},
            f"site_file: it is for device {SITE.device}, not for aaaaaaaaaaaaaaaa",
        ),
        (
            {"site_file_key": key_text(SigningKey(bytes(32)).verify_key)},
            f"site_file: device file refused: {NOT_SIGNED}",
        ),
    ],
    ids=range(12),
)
def test_each_bad_setting_gets_its_sentence(
    home: Path, fields: dict[str, Any], told: str
):
    assert problems(changed(home, **fields)) == [told]


def test_a_bad_key_text_is_told_without_the_text(home: Path):
    (told,) = problems(changed(home, collector_seal="abc"))
    assert told.startswith("collector_seal: string should match pattern")
    (home / "device.key").write_text("not the key but somewhat secret")
    (told,) = problems(changed(home, collector_seal="00" * 32))
    assert told == "key_file: the key in 'device.key' is not 64 hexadecimal digits"


def test_a_key_that_others_may_read_is_refused(home: Path):
    (home / "device.key").chmod(0o644)
    assert problems(home) == [
        "key_file: others may read 'device.key' (mode 644); chmod 600 it"
    ]


def test_several_problems_are_told_together(home: Path):
    (home / "device.key").chmod(0o640)
    (home / "contacts.csv").write_text("rubbish\n")
    told = problems(changed(home, broker="nowhere", measurements="none.csv"))
    assert [one.split(":")[0] for one in told] == [
        "broker",
        "key_file",
        "contacts",
        "measurements",
    ]


def test_this_machine_may_be_the_broker_without_tls(home: Path):
    for host in ("127.0.0.1", "localhost", "::1"):
        (route,) = load(changed(home, broker=f"{host}:1883", demo=False)).routes
        assert route.broker.host == host


def test_a_second_path_is_another_way_of_the_same_device(home: Path):
    other = {"path": f"{SITE.device}-2", "broker": "127.0.0.1:1884"}
    cable, mobile = load(changed(home, second=other)).routes
    assert [one.way.way for one in (cable, mobile)] == [1, 2]
    assert (mobile.broker.port, mobile.broker.tls) == (1884, None)


@pytest.mark.parametrize(
    "path", [f"{SITE.device}-1", "abcdefghij234567-2"], ids=["its own", "another's"]
)
def test_a_second_path_that_is_no_other_path_of_this_device_is_refused(
    home: Path, path: str
):
    other = {"path": path, "broker": "127.0.0.1:1884"}
    assert problems(changed(home, second=other)) == [
        f"second: {path} is no other path of device {SITE.device}"
    ]


def test_a_second_path_needs_tls_to_go_elsewhere_too(home: Path):
    other = {"path": f"{SITE.device}-2", "broker": "mobile.test:8883"}
    assert problems(changed(home, second=other, demo=False)) == [
        "second: without tls only this machine itself may be the broker"
    ]
    missing = other | {"tls": "no-such-folder"}
    (told,) = problems(changed(home, second=missing, demo=False))
    assert told.startswith("second: ")


def test_a_changed_site_file_is_refused(home: Path):
    path = home / "site.json"
    path.write_bytes(path.read_bytes().replace(b'"entry_s": 30', b'"entry_s": 45'))
    (told,) = problems(home)
    assert "or it was changed" in told


def camera(source: str, **more: Any) -> dict[str, Any]:
    whole = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    views = [{"zone": 1, "area": whole}]
    return {"number": 9, "source": source, "views": views, **more}


def with_camera(home: Path, source: str, **more: Any) -> Path:
    site = site_file(SITE.device, cameras=[camera(source, **more)])
    (home / "site.json").write_bytes(sign(site, FLEET_KEY))
    return home


def with_logins(home: Path, text: str, mode: int = 0o600) -> Path:
    (home / "camera-logins.toml").write_text(text)
    (home / "camera-logins.toml").chmod(mode)
    return home


def test_logins_of_network_cameras_are_read_and_not_shown(home: Path):
    with_camera(home, "rtsp://camera.test/1", substream="rtsp://camera.test/2")
    with_logins(home, '[9]\nuser = "guard"\npassword = "hunter2"\n')
    ready = load(home)
    assert ready.logins[9] == Login("guard", "hunter2")
    assert "hunter2" not in repr(ready) + str(ready)


def test_without_a_file_there_are_no_logins(home: Path):
    assert load(with_camera(home, "rtsp://camera.test/1")).logins == {}


@pytest.mark.parametrize(
    ("source", "number", "mode", "told"),
    [
        ("rtsp://camera.test/1", 8, 0o600, "the site has no network camera 8"),
        ("made:1", 9, 0o600, "the site has no network camera 9"),
        (
            "rtsp://camera.test/1",
            9,
            0o640,
            "others may read it (mode 640); chmod 600 it",
        ),
    ],
)
def test_logins_that_fit_no_camera_or_are_open_to_others_are_refused(
    home: Path, source: str, number: int, mode: int, told: str
):
    with_camera(home, source)
    with_logins(home, f'[{number}]\nuser = "guard"\npassword = "hunter2"\n', mode)
    assert problems(home) == [f"camera-logins.toml: {told}"]


@pytest.mark.parametrize(
    ("source", "substream", "told"),
    [
        (
            "usb:front",
            None,
            "a camera of the machine is named usb:NUMBER or usb:/dev/...",
        ),
        (
            "pi:0?colour=red",
            None,
            "a source that begins with 'pi:' takes no colour=red",
        ),
        (
            "made:1",
            "rtsp://camera.test/2",
            "source and substream are a film and a camera",
        ),
    ],
)
def test_a_source_that_can_never_be_opened_is_told_at_the_start(
    home: Path, source: str, substream: str | None, told: str
):
    with_camera(home, source, substream=substream)
    assert problems(home) == [f"site_file: camera 9: {told}"]


def test_footage_is_found_in_its_folder_alone(home: Path, tmp_path: Path):
    settings = load(changed(home, footage="films")).settings
    assert footage_source(home, settings, "footage:yard.mp4") == str(
        home / "films" / "yard.mp4"
    )
    assert footage_source(home, settings, "made:7") == "made:7"
    for wrong in ("footage:", "footage:../key", "footage:/etc/key", "footage:.."):
        with pytest.raises(ValueError, match="is not the name of a file"):
            footage_source(home, settings, wrong)
    assert tmp_path in home.parents


def test_footage_without_a_folder_is_told(home: Path):
    site = site_file(SITE.device, cameras=[camera("footage:yard.mp4")])
    (home / "site.json").write_bytes(sign(site, FLEET_KEY))
    assert problems(home) == [
        "footage: a camera wants 'footage:yard.mp4', and no folder is set"
    ]


def test_the_key_for_commands_is_none_or_one_of_its_own(home: Path):
    assert load(home).command is None
    key = SigningKey(bytes(range(5, 37))).verify_key
    assert load(changed(home, command_key=key_text(key))).command == key
    (bad,) = problems(changed(home, command_key="abc"))
    assert bad.startswith("command_key: ")
    sign_key = load(changed(home, command_key=None)).settings.collector_sign
    same = "command_key: it is the same as collector_sign"
    assert problems(changed(home, command_key=sign_key)) == [same]
