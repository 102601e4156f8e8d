"""The command itself: what it prints, and with which code it ends."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from edge.__main__ import main
from edge.outbox import Outbox
from sites import certificate
from sites.keys import key_text, signing_key
from tests.edge.device_home import make_home, new_site
from tests.edge.records import NOON, panic


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Undo what `run` does to the log of the whole process."""
    yield
    structlog.reset_defaults()


def test_init_makes_a_device_and_prints_nothing_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = tmp_path / "device"
    assert main(["init", "--home", str(home)]) == 0
    secret = (home / "device.key").read_text().strip()
    key = signing_key(secret)
    device = (home / "device.toml").read_text().split('path = "')[1].split("-1")[0]
    out, err = capsys.readouterr()
    path_key = certificate.read_key((home / "tls" / "key.pem").read_bytes())
    assert out == (
        f"device {device}\nkey {key_text(key.verify_key)}\n"
        f"certificate-key {certificate.key_text(path_key.public_key())}\n"
    )
    assert secret not in out + err
    assert stat.S_IMODE((home / "tls" / "key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "device.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_second_path_gets_a_key_of_its_own_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["path-key", "--home", str(tmp_path), "tls-2"]) == 0
    key = certificate.read_key((tmp_path / "tls-2" / "key.pem").read_bytes())
    text = certificate.key_text(key.public_key())
    assert capsys.readouterr().out == f"certificate-key {text}\n"
    assert main(["path-key", "--home", str(tmp_path), "tls-2"]) == 2
    assert "there is a key here already" in capsys.readouterr().err


def test_init_does_not_overwrite_a_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["init", "--home", str(tmp_path)]) == 0
    before = (tmp_path / "device.key").read_bytes()
    assert main(["init", "--home", str(tmp_path)]) == 2
    assert "there is a device here already" in capsys.readouterr().err
    assert (tmp_path / "device.key").read_bytes() == before


def test_a_new_device_says_what_is_still_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    main(["init", "--home", str(tmp_path)])
    assert main(["run", "--home", str(tmp_path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in told] == [
        "broker is missing",
        "collector_seal is missing",
        "collector_sign is missing",
        "site_file_key is missing",
    ]


def test_bad_settings_end_with_code_2_and_a_sentence_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = make_home(tmp_path, 1883, new_site(), contacts="none.csv", broker="here")
    assert main(["run", "--home", str(home)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{home}/device.toml: broker: 'here' is not HOST:PORT",
        f"{home}/device.toml: contacts: {home}/none.csv: No such file or directory",
    ]


@pytest.mark.filterwarnings("ignore::gpiozero.exc.PinFactoryFallback")
def test_a_machine_without_pins_is_told_unless_it_is_a_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    if Path("/dev/gpiochip0").exists():
        pytest.skip("this machine has pins")
    home = make_home(tmp_path, 1883, new_site(), demo=False)
    assert main(["run", "--home", str(home)]) == 2
    assert "the pins of this machine cannot be read" in capsys.readouterr().err
    assert not (home / "outbox").exists()


@pytest.mark.parametrize("word", ["arm", "disarm", "panic", "duress", "status"])
def test_a_command_without_an_agent_ends_with_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
):
    assert main([word, "--home", str(tmp_path)]) == 1
    assert "it does not run in this folder" in capsys.readouterr().err
    assert main([word, "--home", str(tmp_path / "none")]) == 1
    assert "there is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("number", [[], ["x"], ["1", "2"]])
def test_a_view_is_accepted_of_one_camera_by_its_number(tmp_path, number):
    with pytest.raises(SystemExit) as refused:
        main(["accept-view", *number, "--home", str(tmp_path)])
    assert refused.value.code == 2


def test_accept_view_goes_to_the_agent(tmp_path, capsys):
    assert main(["accept-view", "7", "--home", str(tmp_path)]) == 1
    assert "it does not run in this folder" in capsys.readouterr().err


def test_without_a_folder_nothing_is_done():
    with pytest.raises(SystemExit) as refused:
        main(["run"])
    assert refused.value.code == 2


def test_a_command_by_hand_waits_for_no_library_it_does_not_need():
    program = (
        "import sys; from edge.__main__ import main\n"
        "try: main(['panic', '--home', '/none'])\n"
        "finally: print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    heavy = {"pydantic", "paho", "structlog", "nacl", "gpiozero", "numpy", "yaml"}
    assert heavy.isdisjoint(done.stdout.split())


def test_written_counts_the_records_of_a_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with Outbox(tmp_path / "outbox", NOON) as box:
        box.append(panic())
    assert main(["written", "--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "2\n"
