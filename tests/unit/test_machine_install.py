"""`make test` installs what the tests need, or says to the letter what to install."""

import re
import subprocess
from pathlib import Path

import pytest

MACHINE = Path(__file__).parents[1] / "machine"
RELEASE = Path("/etc/os-release")

DEBIAN = re.search(
    r'^VERSION_ID="(12|13)"$',
    RELEASE.read_text() if RELEASE.exists() else "",
    re.MULTILINE,
)
pytestmark = pytest.mark.skipif(DEBIAN is None, reason="installs on Debian 12 and 13")


def install(tools: Path, trixie: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(MACHINE / "install.sh")],
        env={"PATH": f"{tools}:/usr/bin:/bin", "WACHTPOST_TRIXIE": str(trixie)},
        capture_output=True,
        text=True,
        check=False,
    )


def give(tools: Path, name: str, script: str) -> None:
    tools.mkdir(exist_ok=True)
    (tools / name).write_text(f"#!/bin/sh\n{script}\n")
    (tools / name).chmod(0o755)


def test_who_is_not_root_is_told_the_exact_command(tmp_path: Path):
    give(tmp_path / "tools", "id", "echo 1000")
    give(tmp_path / "tools", "dpkg-query", "exit 1")
    done = install(tmp_path / "tools", tmp_path / "trixie")
    assert done.returncode == 1
    assert "  apt install --no-install-recommends mosquitto openssl " in done.stderr
    assert "postgresql-1" in done.stderr
    told_of_root = "  sh tests/machine/trixie.sh" in done.stderr
    assert DEBIAN
    assert told_of_root == (DEBIAN[1] == "12")


def test_only_what_is_missing_is_named(tmp_path: Path):
    give(tmp_path / "tools", "id", "echo 1000")
    give(
        tmp_path / "tools",
        "dpkg-query",
        'case "$*" in *mosquitto*) exit 1 ;; *) echo installed ;; esac',
    )
    (tmp_path / "trixie").mkdir()
    (tmp_path / "trixie/.made").touch()
    done = install(tmp_path / "tools", tmp_path / "trixie")
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [
        "  apt install --no-install-recommends mosquitto"
    ]


def test_a_machine_that_has_all_is_left_in_peace(tmp_path: Path):
    give(tmp_path / "tools", "dpkg-query", "echo installed")
    give(tmp_path / "tools", "apt-get", "echo touched; exit 1")
    (tmp_path / "trixie").mkdir()
    (tmp_path / "trixie/.made").touch()
    done = install(tmp_path / "tools", tmp_path / "trixie")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_when_apt_fails_its_last_words_are_shown(tmp_path: Path):
    give(tmp_path / "tools", "id", "echo 0")
    give(tmp_path / "tools", "dpkg-query", "exit 1")
    give(
        tmp_path / "tools",
        "apt-get",
        "echo 'E: no such mirror'; exit 100",
    )
    done = install(tmp_path / "tools", tmp_path / "trixie")
    assert done.returncode == 1
    assert "E: no such mirror" in done.stderr
    assert "make test: apt failed; all it said is in " in done.stderr
    assert not (tmp_path / "trixie").exists()


def test_a_root_that_was_cut_off_is_not_taken_for_a_whole_one(tmp_path: Path):
    give(tmp_path / "tools", "id", "echo 1000")
    (tmp_path / "trixie/usr").mkdir(parents=True)
    done = subprocess.run(
        ["sh", str(MACHINE / "trixie.sh")],
        env={
            "PATH": f"{tmp_path / 'tools'}:/usr/bin:/bin",
            "WACHTPOST_TRIXIE": str(tmp_path / "trixie"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "a Debian 13 root can only be made by root" in done.stderr
