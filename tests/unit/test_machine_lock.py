"""The lock says what the project asks for, or the check says why not."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.machine import lock

HASH = f"    --hash=sha256:{'0' * 64}"
PROJECT = """\
[project]
name = "wachtpost"
dependencies = ["pyyaml>=6.0"]
[project.optional-dependencies]
edge = ["numpy>=2.0"]
demo = ["wachtpost[edge]"]
[dependency-groups]
dev = ["ruff>=0.8"]
"""
LOCK = f"""\
# A header of ours.
numpy==2.4.6 ; python_full_version < '3.12' \\
{HASH} \\
{HASH}
numpy==2.5.5 ; python_full_version >= '3.12' \\
{HASH}
PyYAML==6.0.3 \\
{HASH}
ruff==0.14.0 \\
{HASH}
"""


def found(project: str = PROJECT, locked: str = LOCK) -> list[str]:
    return list(lock.problems(project, locked))


def test_a_lock_that_fits_has_no_problem():
    assert found() == []


def test_a_package_may_be_locked_once_for_each_python():
    locked, _ = lock.read_lock(LOCK)
    versions = [str(entry.version) for entry in locked[canonicalize_name("numpy")]]
    assert versions == ["2.4.6", "2.5.5"]


@pytest.mark.parametrize(
    "asked", ['dependencies = ["httpx"', 'edge = ["httpx"', 'dev = ["httpx"']
)
def test_a_new_requirement_anywhere_is_missed(asked: str):
    table = asked.partition("=")[0].strip()
    project = PROJECT.replace(f"{table} = [", f"{asked}, ")
    assert found(project) == ["'httpx' is not locked"]


def test_a_version_that_the_project_no_longer_allows_is_named():
    assert found(PROJECT.replace("ruff>=0.8", "ruff>=0.15")) == [
        "'ruff>=0.15' is locked at 0.14.0"
    ]


def test_one_python_that_is_locked_too_low_is_enough():
    assert found(PROJECT.replace("numpy>=2.0", "numpy>=2.5")) == [
        "'numpy>=2.5' is locked at 2.4.6"
    ]


def test_a_package_that_nobody_asks_for_any_more_is_named():
    assert found(PROJECT.replace('"ruff>=0.8"', "")) == [
        "nothing asks for 'ruff' any more"
    ]


def test_a_package_without_a_hash_is_named():
    bare = LOCK.replace(f"PyYAML==6.0.3 \\\n{HASH}", "PyYAML==6.0.3")
    assert found(locked=bare) == ["pyyaml 6.0.3 has no hash"]


@pytest.mark.parametrize(
    "line",
    ["--index-url somewhere", "-e .", "wheel @ file:///tmp/wheel", f"{HASH}00"],
)
def test_a_line_that_binds_to_a_place_is_named(line: str):
    assert found(locked=LOCK + line + "\n") == [
        f"not a version and not a hash: {line.strip()!r}"
    ]


def test_what_a_package_needs_itself_is_not_left_over():
    reached = lock.reached(lock.declared(PROJECT.replace("ruff", "pytest")))
    assert {"pytest", "pluggy", "iniconfig", "colorama"} <= reached
    assert "pygments" in reached


def test_an_extra_leads_further_only_when_it_is_asked_for():
    plain = lock.reached([Requirement("psycopg")])
    with_pool = lock.reached([Requirement("psycopg[pool]")])
    assert "psycopg-pool" not in plain
    assert "psycopg-pool" in with_pool


def test_the_check_ends_with_1_and_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(PROJECT.replace('"ruff>=0.8"', '"uv"'))
    Path("requirements.lock").write_text(LOCK)
    assert lock.main(["--check"]) == 1
    assert capsys.readouterr().err == (
        "requirements.lock: 'uv' is not locked\n"
        "requirements.lock: nothing asks for 'ruff' any more\n"
        "hint: `make lock` writes it anew\n"
    )


def test_the_check_is_silent_when_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(PROJECT)
    Path("requirements.lock").write_text(LOCK)
    assert lock.main(["--check"]) == 0
    assert capsys.readouterr().err == ""
