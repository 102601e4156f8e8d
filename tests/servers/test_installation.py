"""Which PostgreSQL is found, where, and how it is entered."""

import os
from pathlib import Path

import pytest

from tests.servers import installation
from tests.servers.errors import ServerMissing
from tests.servers.installation import Installation, find_installation
from tests.servers.process import Account

ACCOUNTS = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/var/lib/postgresql:\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(ACCOUNTS)
    return tmp_path


def put_postgres(root: Path, version: int | str, *, timescale: bool = False) -> None:
    programs = root / f"usr/lib/postgresql/{version}/bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch()
    if timescale:
        share = root / f"usr/share/postgresql/{version}/extension"
        share.mkdir(parents=True)
        (share / "timescaledb.control").touch()


def test_the_newest_version_is_taken(root: Path):
    for version in (15, 9, 17, 16):
        put_postgres(root, version)
    found = installation._of_debian(root, "plain")
    assert found is not None
    assert found.version == 17
    assert found.programs == Path("/usr/lib/postgresql/17/bin")


def test_timescale_is_looked_for_in_the_version_that_has_it(root: Path):
    put_postgres(root, 17)
    put_postgres(root, 16, timescale=True)
    found = installation._of_debian(root, "timescale")
    assert found is not None
    assert found.version == 16


@pytest.mark.parametrize("version", [14, "next"])
def test_one_that_is_too_old_or_no_version_is_none(root: Path, version: int | str):
    put_postgres(root, version)
    assert installation._of_debian(root, "plain") is None


def test_the_kept_root_serves_when_the_machine_has_no_timescaledb(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    put_postgres(root, 17, timescale=True)
    monkeypatch.setenv("WACHTPOST_TRIXIE", str(root))
    monkeypatch.setattr(installation, "MACHINE", root / "empty")
    found = find_installation("timescale")
    assert found.root == root
    assert found.account == Account(101, 104)
    assert found.data_parent == root / "var/tmp"


def test_a_machine_that_has_none_is_told_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WACHTPOST_TRIXIE", str(root))
    monkeypatch.setattr(installation, "MACHINE", root / "empty")
    with pytest.raises(ServerMissing) as told:
        find_installation("timescale")
    assert str(told.value) == (
        "PostgreSQL (timescale) is not on this machine:"
        " Debian 13: apt install postgresql-17-timescaledb;"
        " Debian 12: run tests/machine/trixie.sh as root"
    )


def test_the_embedded_one_serves_as_plain_where_debians_is_missing(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(installation, "MACHINE", root / "empty")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = find_installation("plain")
    assert found.capability == "plain"
    assert found.version in installation.EMBEDDED.values()
    assert (found.programs / "initdb").exists()


def test_the_usual_place_of_the_root_can_be_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WACHTPOST_TRIXIE", raising=False)
    assert installation.trixie_root() == Path("/var/cache/wachtpost/trixie")
    monkeypatch.setenv("WACHTPOST_TRIXIE", "/srv/trixie")
    assert installation.trixie_root() == Path("/srv/trixie")


def test_root_enters_by_chroot_and_gives_up_root_inside(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    inside = Installation("timescale", 17, Path("/pg"), root, Account(101, 104))
    command = inside.command("postgres", "-D", "/data")
    assert command[:2] == ["/usr/sbin/chroot", str(root)]
    assert "--reuid=101" in command
    assert command[-3:] == ["/pg/postgres", "-D", "/data"]


def test_who_is_not_root_enters_through_a_namespace_of_his_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    inside = Installation("timescale", 17, Path("/pg"), root, Account(101, 104))
    command = inside.command("postgres")
    assert command[0] == "unshare"
    assert "--map-user=101" in command
    assert "--reuid=101" not in command
    assert inside.owner is None


def test_a_path_is_told_as_the_programs_see_it(root: Path):
    inside = Installation("timescale", 17, Path("/pg"), root, None)
    assert inside.inside(root / "srv/data") == "/srv/data"
    here = Installation("plain", 15, Path("/pg"), Path("/"), None)
    assert here.inside(Path("/srv/data")) == "/srv/data"


def test_a_folder_behind_a_closed_one_cannot_serve_root(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "bin").mkdir()
    may_enter = installation._may_enter(closed / "bin")
    assert may_enter == (os.geteuid() != 0)
