"""Where the Debian 13 root comes from: the mirror that the machine's apt reads."""

from pathlib import Path

import pytest

from tests.machine import mirror
from tests.machine.mirror import mirrors

STANZA = """\
# what the installer wrote
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
SECURITY = """\
Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
"""
VENDOR = """\
Types: deb
URIs: https://vendor.example/apt
Suites: nodistro
Components: main
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_a_stanza_of_debian_names_the_mirror(apt: Path):
    (apt / "sources.list.d/debian.sources").write_text(STANZA)
    assert list(mirrors(apt)) == ["http://mirror.example/debian"]


def test_security_and_vendors_are_no_mirror_of_debian(apt: Path):
    (apt / "sources.list.d/a.sources").write_text(f"{VENDOR}\n{SECURITY}\n{STANZA}")
    assert list(mirrors(apt)) == ["http://mirror.example/debian"]


def test_a_line_names_it_as_well(apt: Path):
    (apt / "sources.list").write_text(
        "# deb http://commented.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main\n"
        "deb-src http://sources.example/debian bookworm main\n"
        "deb http://two.example/debian-security bookworm-security main\n"
    )
    assert list(mirrors(apt)) == ["http://one.example/debian"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Types: deb deb-src", "Types: deb-src"),
        ("Components: main non-free-firmware", "Components: contrib"),
        ("Types: deb deb-src", "Enabled: no\nTypes: deb"),
        ("Suites: trixie trixie-updates", "Suites: trixie-backports"),
    ],
    ids=["sources only", "without main", "switched off", "backports alone"],
)
def test_a_stanza_that_cannot_serve_is_passed_by(apt: Path, old: str, new: str):
    (apt / "sources.list.d/debian.sources").write_text(STANZA.replace(old, new))
    assert list(mirrors(apt)) == []


def test_a_field_may_go_on_in_the_next_line(apt: Path):
    folded = STANZA.replace("Suites: trixie", "Suites:\n trixie")
    (apt / "sources.list.d/debian.sources").write_text(folded)
    assert list(mirrors(apt)) == ["http://mirror.example/debian"]


def test_a_cloud_image_names_a_file_of_mirrors_and_its_first_serves(apt: Path):
    listed = apt / "mirrors"
    listed.write_text("https://first.example/debian\nhttps://second.example/debian\n")
    stanza = STANZA.replace("http://mirror.example/debian", f"mirror+file://{listed}")
    (apt / "sources.list.d/debian.sources").write_text(stanza)
    assert list(mirrors(apt)) == ["https://first.example/debian"]


def test_what_apt_does_not_read_is_not_read(apt: Path):
    (apt / "sources.list.d/debian.sources.bak").write_text(STANZA)
    assert list(mirrors(apt)) == []


def test_a_machine_without_a_mirror_is_told_so(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(mirror, "APT", apt)
    assert mirror.main() == 1
    assert f"no mirror of Debian in {apt}/sources.list*" in capsys.readouterr().err


def test_the_first_mirror_is_printed(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (apt / "sources.list.d/debian.sources").write_text(STANZA)
    monkeypatch.setattr(mirror, "APT", apt)
    assert mirror.main() == 0
    assert capsys.readouterr().out == "http://mirror.example/debian\n"
