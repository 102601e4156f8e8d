"""No tracked file binds its reader to a package registry."""

import subprocess
from pathlib import Path

import pytest

from tests.machine import hosts

# Written in two halves, or this file would be found by the check itself.
REGISTRIES = [
    "https://pypi" + ".org/simple",
    "https://files.python" + "hosted.org/packages/ab/cd.whl",
    "https://registry.npm" + "js.org/left-pad",
    "http://deb.deb" + "ian.org/debian",
    "https://europe-python.pk" + "g.dev/team/pypi/simple",
    "https://node" + "js.org/dist",
    "index-url = " + "https://mirror.example/simple",
    "registry" + "=https://mirror.example",
    "--find-links=" + "https://mirror.example/wheels",
]
INNOCENT = [
    "https://www.apache.org/licenses/LICENSE-2.0",
    "https://github.com/grafana/grafana/issues/1",
    "https://www.debian.org/",
    "http://127.0.0.1:8000/registry",
    "the registry of kits",
    "mypypixorg",
]


@pytest.mark.parametrize("line", REGISTRIES)
def test_a_registry_is_found_with_its_line(line: str):
    content = f"first\n  {line}  \nlast\n".encode()
    assert [number for number, _ in hosts.registries(content)] == [2]


@pytest.mark.parametrize("line", INNOCENT)
def test_an_address_that_is_no_registry_is_left_alone(line: str):
    assert list(hosts.registries(line.encode())) == []


def test_a_file_that_is_no_text_is_read_all_the_same():
    content = b"\xff\x00" + REGISTRIES[0].encode() + b"\xff"
    assert len(list(hosts.registries(content))) == 1


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)
    (tmp_path / ".gitignore").write_text("ignored.txt\n")
    (tmp_path / "clean.txt").write_text("nothing here\n")
    (tmp_path / "ignored.txt").write_text(REGISTRIES[0])
    return tmp_path


def test_what_git_ignores_may_name_what_it_likes(
    repository: Path, capsys: pytest.CaptureFixture[str]
):
    assert hosts.main() == 0
    assert {path.name for path in hosts.tracked()} == {".gitignore", "clean.txt"}
    assert capsys.readouterr().err == ""
    assert (repository / "ignored.txt").exists()


def test_a_tracked_file_with_a_registry_is_named_with_line_and_host(
    repository: Path, capsys: pytest.CaptureFixture[str]
):
    (repository / "package-lock.json").write_text(f'{{\n"resolved": "{REGISTRIES[2]}"')
    assert hosts.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("package-lock.json: 2: names a package registry: registry.")


def test_a_file_that_was_deleted_is_no_trouble(repository: Path):
    subprocess.run(["git", "add", "clean.txt"], check=True)
    (repository / "clean.txt").unlink()
    assert hosts.main() == 0
