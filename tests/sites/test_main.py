import shutil
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from sites.__main__ import main
from sites.device_file import read
from sites.keys import key_text
from sites.kit import is_valid

INVENTORIES = Path(__file__).parent / "inventories"
GOOD = INVENTORIES / "good"
FLEET = SigningKey(bytes(range(32)))


@pytest.fixture
def bad(tmp_path):
    shutil.copytree(GOOD, tmp_path / "bad")
    shutil.copyfile(
        INVENTORIES / "bad" / "several-in-one-file.yaml",
        tmp_path / "bad" / "sites" / "home.yaml",
    )
    return tmp_path / "bad"


@pytest.fixture
def key_file(tmp_path):
    (tmp_path / "fleet.key").write_text(f"{key_text(FLEET)}\n")
    return tmp_path / "fleet.key"


def test_a_good_inventory_gets_one_calm_sentence(capsys):
    assert main(["check", str(GOOD)]) == 0
    assert capsys.readouterr().out == (
        f"{GOOD}: 1 unit, 1 station, 1 kit, 2 rules, 2 playbooks, nothing is wrong\n"
    )


def test_every_problem_is_printed_as_file_line_what(bad, capsys):
    assert main(["check", str(bad)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[1] == f"{bad}/sites/home.yaml:14: name: a home has no name"


def test_several_inventories_are_all_checked(bad, capsys):
    assert main(["check", str(bad), str(GOOD)]) == 1
    said = capsys.readouterr().out
    assert "a home has no name" in said
    assert "nothing is wrong" in said


@pytest.mark.parametrize("name", ["rules.yaml", "sites/home.yaml", "units/north.yaml"])
def test_a_file_stands_for_its_whole_inventory(name, bad, capsys):
    assert main(["check", str(bad / name)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_two_files_of_one_inventory_are_checked_once(bad, capsys):
    main(["check", str(bad / "rules.yaml"), str(bad / "sites" / "home.yaml")])
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_a_folder_that_is_not_there_fails(tmp_path, capsys):
    assert main(["check", str(tmp_path / "no")]) == 1
    assert capsys.readouterr().out == f"{tmp_path}/no: there is no such folder\n"


def test_nothing_to_check_is_misuse(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["check"])
    assert caught.value.code == 2
    assert "PATH" in capsys.readouterr().err


def device_file(device: str, key_file: Path, out: Path, inventory: Path = GOOD) -> int:
    return main(
        [
            *("device-file", "--inventory", str(inventory), device),
            *("--key", str(key_file), "--out", str(out)),
        ]
    )


def test_a_device_file_is_written_and_signed(key_file, tmp_path, capsys):
    out = tmp_path / "device"
    assert device_file("bbbbbbbbbbbbbbbb", key_file, out) == 0
    assert capsys.readouterr().out == f"wrote {out} for bbbbbbbbbbbbbbbb\n"
    assert read(out.read_bytes(), FLEET.verify_key).home


def test_an_unknown_device_is_told_and_nothing_is_written(key_file, tmp_path, capsys):
    out = tmp_path / "device"
    assert device_file("cccc", key_file, out) == 1
    assert capsys.readouterr().err == (
        "wachtpost sites: no device 'cccc' in this inventory\n"
    )
    assert not out.exists()


def test_a_bad_inventory_gives_no_device_file(bad, key_file, tmp_path, capsys):
    out = tmp_path / "device"
    assert device_file("bbbbbbbbbbbbbbbb", key_file, out, bad) == 1
    assert "a home has no name" in capsys.readouterr().err
    assert not out.exists()


def test_a_key_that_is_none_is_told_without_its_text(tmp_path, capsys):
    key = tmp_path / "fleet.key"
    key.write_bytes(b"secret\xff")
    assert device_file("bbbbbbbbbbbbbbbb", key, tmp_path / "device") == 1
    said = capsys.readouterr().err
    assert said == (f"wachtpost sites: the key in {key} is not 64 hexadecimal digits\n")


def test_a_key_file_that_is_missing_is_told(tmp_path, capsys):
    assert device_file("bbbbbbbbbbbbbbbb", tmp_path / "none", tmp_path / "d") == 1
    assert "No such file" in capsys.readouterr().err


def test_a_kit_number_is_drawn(capsys):
    assert main(["kit-number"]) == 0
    assert is_valid(capsys.readouterr().out.strip())
