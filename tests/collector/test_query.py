"""Every query is a file with a sentence on top."""

from pathlib import Path

import pytest

from collector.errors import QueryFileError
from collector.query import Queries

PACKAGES = Path(__file__).parents[2]


def folder(tmp_path: Path, text: str) -> Path:
    home = tmp_path / "room" / "sql"
    home.mkdir(parents=True)
    (home / "take.sql").write_text(text)
    return home


def test_a_query_is_known_by_its_file(tmp_path: Path):
    queries = Queries(folder(tmp_path, "-- Take it.\nselect 1 as n\n"))
    assert queries["take"].text == b"-- Take it.\nselect 1 as n"
    assert list(queries) == ["take"]
    assert queries.of("take", int).make is int


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("select 1", "room/sql/take.sql: the first line is no sentence behind `-- `"),
        ("-- no end\nselect 1", "room/sql/take.sql: the first line is no sentence"),
        ("-- Nothing else.\n", "room/sql/take.sql: there is no query in it"),
        ("", "room/sql/take.sql: the first line is no sentence"),
    ],
)
def test_a_file_without_a_sentence_or_a_query_does_not_load(
    tmp_path: Path, text: str, told: str
):
    with pytest.raises(QueryFileError) as caught:
        Queries(folder(tmp_path, text))
    assert str(caught.value).startswith(told)


def test_an_unknown_name_is_told(tmp_path: Path):
    queries = Queries(folder(tmp_path, "-- Take it.\nselect 1\n"))
    with pytest.raises(QueryFileError, match=r"room/sql/give\.sql: there is no such"):
        queries["give"]


@pytest.mark.parametrize(
    "home",
    sorted(
        {
            path.parent
            for room in ("collector", "dashboard")
            for path in (PACKAGES / room).glob("**/sql/*.sql")
            if "node_modules" not in path.parts
        }
    ),
    ids=lambda path: str(path.relative_to(PACKAGES)),
)
def test_every_query_of_the_house_loads(home: Path):
    assert list(Queries(home))
