"""Rows as COPY's text: what is read back is what the row says."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.line import Lines, lines_of
from collector.intake.row import EventRow
from sites.event import MeasurementTaken
from tests.collector.databases import Role
from tests.collector.world import NOW

INTAKE = Path(__file__).parents[3] / "collector" / "intake" / "sql"
ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
NASTY = 'tab\t line\n return\r back\\slash \\N \\. "quoted" é 火'


def row(**says: Any) -> EventRow:
    usual: dict[str, Any] = {
        "device": "aaaaaaaaaaaaaaaa",
        "run": "ab" * 8,
        "lane": "up",
        "seq": 7,
        "at": NOW - timedelta(microseconds=1),
        "received": NOW,
        "unit": "noord",
        "site": "haven",
        "kind": "contact.opened",
    }
    return EventRow(**{**usual, **says})


def number(value: float, **says: Any) -> EventRow:
    record = MeasurementTaken(at=NOW, sensor=1, quantity="temperature", value=value)
    data = {"quantity": "temperature", "value": value}
    says = {"kind": "measurement.taken", "sensor": 1, "data": data, **says}
    return row(record=record, **says)


def read(lines: bytes) -> list[list[str | None]]:
    """Read COPY's text as the manual of PostgreSQL says."""
    text = lines.decode()
    assert not text or text.endswith("\n")
    return [
        [_value(word) for word in line.split("\t")] for line in text.split("\n")[:-1]
    ]


def _value(word: str) -> str | None:
    if word == "\\N":
        return None
    parts, rest = [], word
    while rest:
        size = 2 if rest.startswith("\\") else 1
        parts.append(ESCAPES[rest[:2]] if size == 2 else rest[0])
        rest = rest[size:]
    return "".join(parts)


def test_an_event_has_its_values_in_the_order_of_the_columns():
    zoned = row(sensor=3, zone=2, data={"box": (0.5, 0.25), "picture": "a" * 64})
    (values,) = read(lines_of([zoned]).events)
    assert values[:4] == ["aaaaaaaaaaaaaaaa", "ab" * 8, "up", "7"]
    assert values[7:12] == ["noord", "haven", "contact.opened", "3", "2"]
    assert json.loads(str(values[12])) == {"box": [0.5, 0.25], "picture": "a" * 64}
    assert values[13] == "True"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001  # hypothesis wants them so
def test_times_keep_their_microseconds_and_their_zone(at: datetime):
    at = at.replace(tzinfo=UTC)
    (values,) = read(lines_of([row(at=at, received=at)]).events)
    assert datetime.fromisoformat(str(values[4])) == at
    assert datetime.fromisoformat(str(values[6])) == at


def test_what_is_not_there_is_null_and_nothing_said_is_empty():
    (values,) = read(lines_of([row()]).events)
    assert values[10:13] == [None, None, "{}"]
    assert values[5] == ""


def test_an_impossible_time_stands_beside_that_of_its_arrival():
    late = row(at=NOW, timed=False, said="1970-01-01T00:00:00+00:00")
    (values,) = read(lines_of([late]).events)
    assert (values[5], values[13]) == ("1970-01-01T00:00:00+00:00", "False")


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=40), max_size=4))
def test_no_content_breaks_a_line(data: dict[str, str]):
    lines = lines_of([row(data=data), row(seq=8)])
    first, second = read(lines.events)
    assert len(first) == len(second) == 14
    assert json.loads(str(first[12])) == data


def test_a_name_of_the_inventory_breaks_no_line_either():
    (values,) = read(lines_of([row(site=NASTY)]).events)
    assert values[8] == NASTY


@pytest.mark.parametrize("value", [21.5, -1e9, 1e-9, 0.1 + 0.2, 3.0])
def test_a_number_goes_to_its_own_table_as_exactly_as_it_is(value: float):
    lines = lines_of([number(value), row(seq=8)])
    (values,) = read(lines.measurements)
    assert values[8:10] == ["1", "temperature"]
    assert float(str(values[10])) == value
    assert [one[3] for one in read(lines.events)] == ["8"]


def test_a_number_without_a_time_or_a_sensor_is_an_event():
    odd = [number(1.0, timed=False, said="x"), number(1.0, seq=8, sensor=None)]
    lines = lines_of(odd)
    assert lines.measurements == b""
    assert [one[3] for one in read(lines.events)] == ["7", "8"]


def test_no_rows_are_no_lines():
    assert lines_of([]) == Lines(b"", b"")


def test_postgresql_reads_what_was_written(
    database_url: Callable[[Role], str],
):
    rows = [
        row(data={"raw": NASTY}, unit=NASTY),
        row(seq=8, timed=False, said="?", unit=NASTY),
        number(0.1, seq=9, unit=NASTY),
    ]
    lines = lines_of(rows)
    with psycopg.connect(database_url("wachtpost_collector")) as connection:
        for table, text in (
            ("events", lines.events),
            ("measurements", lines.measurements),
        ):
            connection.execute((INTAKE / f"stage_{table}.sql").read_bytes())
            copy_text = (INTAKE / f"copy_{table}.sql").read_bytes()
            with connection.cursor().copy(copy_text) as copy:
                copy.write(text)
        events = connection.execute(
            "select seq, at, said, received, unit, sensor, zone, data, timed"
            "  from staged_event order by seq"
        ).fetchall()
        numbers = connection.execute("select * from staged_measurement").fetchall()
    at = NOW - timedelta(microseconds=1)
    assert events == [
        (7, at, "", NOW, NASTY, None, None, {"raw": NASTY}, True),
        (8, at, "?", NOW, NASTY, None, None, {}, False),
    ]
    assert [one[3:] for one in numbers] == [
        (9, at, NOW, NASTY, "haven", 1, "temperature", 0.1)
    ]
