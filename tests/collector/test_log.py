"""What a server process logs says what broke and where, and never a value."""

import re
import subprocess
import sys
from io import StringIO

import psycopg

from collector.log import say_where

CANARY = "Kerkstraat-7-canary"
SCRIPT = f"""
import structlog
from collector.log import configure
configure()
def judge(address):
    key = "{CANARY}"
    raise ValueError(address)
try:
    judge("{CANARY}")
except ValueError as error:
    structlog.get_logger().error("frame.unsettled", lane="plain", exc_info=error)
"""


def test_a_traceback_shows_no_variable_and_no_message():
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert CANARY not in said.stdout + said.stderr
    assert "frame.unsettled" in said.stdout
    assert re.search(r"ValueError at __main__:\d+ > __main__:\d+", said.stdout)


def test_the_cause_is_named_without_the_row_that_it_quotes():
    found = StringIO()
    try:
        _wrap()
    except RuntimeError as error:
        say_where(found, (type(error), error, error.__traceback__))
    assert [line.split()[0] for line in found.getvalue().splitlines()] == [
        "RuntimeError",
        "UniqueViolation",
    ]
    assert CANARY not in found.getvalue()


def _wrap() -> None:
    try:
        raise psycopg.errors.UniqueViolation(f"Key (person)=({CANARY}) exists")
    except psycopg.Error as error:
        raise RuntimeError(CANARY) from error
