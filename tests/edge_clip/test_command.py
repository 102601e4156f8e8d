"""`wachtpost clip verify` says whether film, statement and key fit, and what not."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from nacl.signing import SigningKey

from edge.clip.command import main
from edge.clip.statement import pack
from sites.keys import key_text
from tests.edge.collector_side import DEVICE_KEY
from tests.edge_clip.shelf import DEVICE, put, shelf_in

KEY = key_text(DEVICE_KEY.verify_key)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    shelf = shelf_in(tmp_path)
    return shelf.path(put(shelf))


def verify(film: Path, key: str = KEY, *more: str) -> int:
    return main(["verify", str(film), "--key", key, *more])


def test_a_clip_that_fits_is_told_with_where_it_is_from(
    film: Path, capsys: pytest.CaptureFixture[str]
):
    assert verify(film) == 0
    said = capsys.readouterr().out
    assert f"device {DEVICE} signed it: camera 6, from 20" in said
    assert "for 20.0 s" in said


def test_one_changed_bit_of_the_film_is_named(
    film: Path, capsys: pytest.CaptureFixture[str]
):
    data = bytearray(film.read_bytes())
    data[500] ^= 1
    film.write_bytes(data)
    assert verify(film) == 1
    assert "the film is not the one that was signed" in capsys.readouterr().out


def test_a_changed_statement_is_named(film: Path, capsys: pytest.CaptureFixture[str]):
    (sidecar,) = shelf_in(film.parent)
    forged = replace(sidecar, statement=replace(sidecar.statement, camera=7))
    film.with_suffix(".json").write_bytes(pack(forged))
    assert verify(film) == 1
    said = capsys.readouterr().out
    assert "not signed with this device's key\n" in said
    assert "the film is not" not in said


def test_another_devices_key_is_named(film: Path, capsys: pytest.CaptureFixture[str]):
    other = key_text(SigningKey.generate().verify_key)
    assert verify(film, other) == 1
    said = capsys.readouterr().out
    assert f"not signed with this device's key, but names the key {KEY}" in said


def test_both_faults_are_told_at_once(film: Path, capsys: pytest.CaptureFixture[str]):
    film.write_bytes(b"another film")
    assert verify(film, "00" * 32) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_statement_elsewhere_is_taken(film: Path, tmp_path: Path):
    there = film.with_suffix(".json").rename(tmp_path / "statement")
    assert verify(film, KEY, "--statement", str(there)) == 0
    there.write_bytes(b"{}")
    assert verify(film, KEY, "--statement", str(there)) == 1


@pytest.mark.parametrize("gone", [".mp4", ".json"])
def test_a_missing_file_is_named(
    film: Path, gone: str, capsys: pytest.CaptureFixture[str]
):
    film.with_suffix(gone).unlink()
    assert verify(film) == 2
    assert capsys.readouterr().err.endswith(f"{gone}: No such file or directory\n")


def test_a_key_that_is_none_is_said_so(film: Path, capsys: pytest.CaptureFixture[str]):
    assert verify(film, "a key") == 2
    assert "--key" in capsys.readouterr().err
