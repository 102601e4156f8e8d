"""A small disk is small, is seen by those who live with it alone, and goes with us."""

import subprocess
from pathlib import Path

import pytest

from tests.servers.errors import ServerMissing
from tests.servers.process import Account
from tests.servers.tmpfs import HINT, SmallDisks, small_disks


def run(disks: SmallDisks, *words: str) -> str:
    done = subprocess.run(
        [*disks.prefix, *words], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_it_is_full_and_has_room_again(disks: SmallDisks, tmp_path: Path):
    disks.mount(tmp_path, 64)
    disks.fill(tmp_path)
    with pytest.raises(OSError, match="No space left"):
        (disks.seen(tmp_path) / "more").write_bytes(b"x")
    disks.relieve(tmp_path)
    disks.relieve(tmp_path)
    (disks.seen(tmp_path) / "more").write_bytes(b"x")
    assert run(disks, "cat", str(tmp_path / "more")) == "x"


def test_nobody_else_sees_it(disks: SmallDisks, tmp_path: Path):
    disks.mount(tmp_path, 64)
    (disks.seen(tmp_path) / "inside").touch()
    assert list(tmp_path.iterdir()) == []
    assert run(disks, "ls", str(tmp_path)) == "inside\n"


def test_it_belongs_to_whom_it_is_given(disks: SmallDisks, tmp_path: Path):
    disks.mount(tmp_path, 64, Account(uid=1234, gid=1235))
    assert run(disks, "stat", "-c", "%u:%g %a", str(tmp_path)) == "1234:1235 700\n"


def test_what_is_written_stays_when_its_writer_is_killed(
    disks: SmallDisks, tmp_path: Path
):
    disks.mount(tmp_path, 64)
    script = f"echo kept > {tmp_path}/file; kill -9 $$"
    subprocess.run([*disks.prefix, "sh", "-c", script], check=False)
    assert (disks.seen(tmp_path) / "file").read_text() == "kept\n"


def test_a_machine_that_lets_us_mount_nothing_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "nsenter").write_text("#!/bin/sh\nexit 1\n")
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ServerMissing) as told, small_disks():
        pass
    assert str(told.value).endswith(HINT)


def test_a_machine_without_the_programs_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissing, match="util-linux"), small_disks():
        pass
