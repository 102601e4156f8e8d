"""A key behind a passphrase, orders as they are typed, and a file that is carried."""

import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.errors import KeyFileThereError
from collector.fleet import order_paper
from collector.fleet.errors import OrderError, PapersError
from collector.fleet.locked import lock
from sites.certificate import new_key
from sites.command import (
    LONGEST,
    AcceptView,
    Arm,
    HoldClip,
    Order,
    ReleaseClip,
    Restart,
    Signed,
    read,
)
from sites.keys import key_text
from tests.collector import world

SECRET = b"a passphrase that is long"
NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
CLIP = "1f" * 32
DEVICE = world.STATION
HOUR = timedelta(hours=1)


def test_a_key_opens_with_its_passphrase_alone(tmp_path: Path):
    path = tmp_path / "keys" / "command.key"
    key = order_paper.make_key(path, SECRET)
    assert order_paper.read_key(path, SECRET) == key
    assert path.stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in path.read_bytes()
    assert bytes(key) not in path.read_bytes()
    with pytest.raises(PapersError, match="passphrase does not open it"):
        order_paper.read_key(path, b"another passphrase")
    with pytest.raises(KeyFileThereError):
        order_paper.make_key(path, SECRET)


@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_what_is_no_key_is_refused_in_words(tmp_path: Path, content: bytes | None):
    path = tmp_path / "command.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PapersError):
        order_paper.read_key(path, SECRET)


def test_a_key_of_another_sort_signs_no_command(tmp_path: Path):
    path = tmp_path / "issuing.key"
    path.write_bytes(lock(new_key(), SECRET))
    with pytest.raises(PapersError, match="is not a key for commands"):
        order_paper.read_key(path, SECRET)


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("accept-view 6", AcceptView(6)),
        (f"hold {CLIP}", HoldClip(CLIP)),
        (f"release {CLIP}", ReleaseClip(CLIP)),
        ("arm away", Arm("away")),
        ("arm night", Arm("night")),
        ("restart", Restart()),
    ],
)
def test_an_order_is_typed_as_at_the_device(typed: str, order: Order):
    assert order_paper.order_of(typed.split()) == order


@pytest.mark.parametrize(
    "typed",
    [
        *("disarm", "duress", "panic", "panic silent", "status", "open sesame"),
        *("arm", "arm home", "accept-view", "accept-view x", "accept-view 0"),
        *("hold", "hold 1f", "restart now", "arm away now"),
    ],
)
def test_what_is_no_order_is_refused_in_words(typed: str):
    with pytest.raises(OrderError):
        order_paper.order_of(typed.split())


def test_the_number_is_the_time_and_so_grows_without_a_counter():
    first = order_paper.make(DEVICE, Restart(), NOON, HOUR)
    later = NOON + timedelta(milliseconds=1)
    second = order_paper.make(DEVICE, Restart(), later, HOUR)
    assert first.number == NOON.timestamp() * 1000
    assert second.number == first.number + 1


@pytest.mark.parametrize("valid", [timedelta(), -HOUR, LONGEST + HOUR])
def test_none_is_made_for_longer_than_a_week(valid: timedelta):
    with pytest.raises(OrderError, match="7 days at most"):
        order_paper.make(DEVICE, Restart(), NOON, valid)


@pytest.mark.parametrize("device", ["", "haven", DEVICE.upper(), f"{DEVICE}-1"])
def test_none_is_made_for_what_is_no_device(device: str):
    with pytest.raises(OrderError, match="is no device"):
        order_paper.make(device, Restart(), NOON, HOUR)


def paper(folder: Path) -> tuple[Path, bytes]:
    key = order_paper.make_key(folder / "command.key", SECRET)
    made = order_paper.make(DEVICE, AcceptView(6), NOON, HOUR)
    order_paper.write(folder / "paper", made, key)
    return folder / "paper", bytes(key.verify_key)


def test_a_command_is_carried_whole(tmp_path: Path):
    path, key = paper(tmp_path)
    command, signed = order_paper.load(path)
    assert isinstance(signed, Signed)
    assert (command.device, command.order) == (DEVICE, AcceptView(6))
    verify = order_paper.read_key(tmp_path / "command.key", SECRET).verify_key
    assert bytes(verify) == key
    assert read(signed, verify) == command


def test_a_copy_with_a_fault_in_any_line_is_refused(tmp_path: Path):
    path, _ = paper(tmp_path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 5):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(PapersError):
            order_paper.load(path)
    for cut in (0, 10, 200, len(whole) - 70):
        path.write_bytes(whole[:cut])
        with pytest.raises(PapersError):
            order_paper.load(path)
    path.unlink()
    with pytest.raises(PapersError, match="No such file"):
        order_paper.load(path)


def secret(folder: Path) -> tuple[str, str]:
    file = folder / "secret"
    file.write_bytes(SECRET + b"\n")
    file.chmod(0o600)
    return "--passphrase-file", str(file)


def test_making_a_key_and_signing_need_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("WACHTPOST_DATABASE_URL", raising=False)
    own = str(tmp_path / "command.key")
    assert main(["fleet", "command-key", own, *secret(tmp_path)]) == 0
    key = order_paper.read_key(tmp_path / "command.key", SECRET)
    assert capsys.readouterr().out == f'command_key = "{key_text(key.verify_key)}"\n'
    words = ["fleet", "command", DEVICE, "arm", "night", "--key", own]
    out = str(tmp_path / "paper")
    assert main([*words, "--valid", "5", "--out", out, *secret(tmp_path)]) == 0
    command, _ = order_paper.load(tmp_path / "paper")
    assert command.order == Arm("night")
    assert command.end - command.made == timedelta(minutes=5)
    assert str(command.number) in capsys.readouterr().out


def test_a_refusal_is_one_sentence_without_the_passphrase(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    own = str(tmp_path / "command.key")
    order_paper.make_key(tmp_path / "command.key", SECRET)
    (tmp_path / "wrong").write_bytes(b"not the passphrase\n")
    (tmp_path / "wrong").chmod(0o600)
    words = ["fleet", "command", DEVICE, "restart", "--key", own, "--out", own + ".x"]
    assert main([*words, "--passphrase-file", str(tmp_path / "wrong")]) == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(words) == 1
    assert main(["fleet", "command", DEVICE, "disarm", "--key", own, *words[6:]]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3
    assert "not the passphrase" not in "".join(told)
    assert not (tmp_path / "command.key.x").exists()
