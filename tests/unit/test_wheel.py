"""What travels in the wheel: the rooms, and no inventory."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        return opened.namelist()


def test_it_holds_no_inventory(names) -> None:
    assert [name for name in names if name.endswith((".yaml", ".yml"))] == []


def test_it_holds_the_rooms_with_their_queries_words_and_templates(names) -> None:
    for name in (
        "wachtpost.py",
        "sites/frame.py",
        "edge/outbox.py",
        "collector/schema.sql",
        "collector/migrations/0001_store.sql",
        "collector/incident/sql/open.sql",
        "collector/notify/words/nl.toml",
        "dashboard/templates/unit.html",
        "dashboard/locale/nl/LC_MESSAGES/dashboard.po",
    ):
        assert name in names


def test_it_holds_no_test_and_no_key(names) -> None:
    assert [name for name in names if name.startswith("tests/")] == []
    assert [name for name in names if name.endswith((".key", ".pem"))] == []
