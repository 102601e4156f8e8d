"""Two commands judge the house, and the machine that merges runs just these."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def recipe(target: str) -> list[str]:
    """Return the lines that `make target` runs."""
    found = re.search(
        rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert found, target
    return [line.strip().lstrip("@") for line in found[1].splitlines()]


def test_ci_runs_check_and_test_and_nothing_else():
    script = ROOT / ".ci/run"
    lines = script.read_text().splitlines()
    assert [line for line in lines if line.startswith("make")] == [
        "make check",
        "make test",
    ]
    assert lines[:3] == ["#!/bin/sh", "set -eu", 'cd "$(dirname "$0")/.."']
    assert len(lines) == 5
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize(
    "judge",
    ["ruff check", "ruff format --check", "mypy", "pyright", "lint-imports", "sites"],
)
def test_check_asks_every_judge(judge: str):
    assert any(judge in line for line in recipe("check"))


def test_a_missing_server_fails_under_make_test():
    (command,) = recipe("test")
    assert command.startswith("CI=true .venv/bin/python -m pytest -n 2 ")
    assert command.endswith(" --dist loadfile --no-loadscope-reorder $(ARGS)")


@pytest.mark.parametrize("target", ["check", "test"])
def test_no_failure_is_passed_over(target: str):
    assert not any(line.startswith("-") or "|| true" in line for line in recipe(target))


def test_every_command_of_the_help_exists():
    for line in recipe("help"):
        target = re.search(r"make (\w+)", line)
        assert target, line
        assert recipe(target[1])
