"""The command `wachtpost` finds each room, and says so where one is not here."""

import subprocess
import sys

import pytest

import wachtpost

SUBCOMMANDS = ["demo", "edge", "collector", "dashboard", "sites", "clip", "look"]


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "wachtpost"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_has_exactly_the_subcommands_that_are_promised() -> None:
    assert list(wachtpost.ROOMS) == SUBCOMMANDS


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_each_subcommand_explains_itself(name) -> None:
    done = run(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: wachtpost {name}")


def test_help_names_every_subcommand() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == SUBCOMMANDS


@pytest.mark.parametrize("arguments", [(), ("alarm",)])
def test_an_unknown_subcommand_is_named_with_those_that_are_known(arguments) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert all(name in done.stderr for name in SUBCOMMANDS)
    assert all(repr(name) in done.stderr for name in arguments)


def test_a_room_whose_extra_is_missing_is_said_in_words() -> None:
    without = "import sys; sys.modules['psycopg'] = None; import wachtpost;"
    done = run("collector", "run", code=f"{without} sys.exit(wachtpost.main())")
    assert done.returncode == 1
    assert "'psycopg' is not installed here" in done.stderr
    assert "Traceback" not in done.stderr
