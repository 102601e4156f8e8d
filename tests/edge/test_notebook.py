"""What was obeyed last is read as it was written, or not at all."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.command import Memory
from edge.errors import NotebookError
from edge.notebook import Notebook
from tests.edge.records import NOON, after
from tests.edge.small_disk import SmallDisk

MEMORY = Memory(7, "ab" * 32, (NOON, after(30)), done=False, since=after(-9))
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_it_is_read_as_it_was_written(tmp_path: Path):
    book = Notebook(tmp_path / "command.json")
    for memory in (Memory(), MEMORY):
        book.write(memory)
        assert book.read() == memory
    assert book.path.stat().st_mode & 0o077 == 0


def test_where_none_is_the_sentence_says_so(tmp_path: Path):
    with pytest.raises(NotebookError, match="cannot be read: No such file"):
        Notebook(tmp_path / "command.json").read()


@ONE_FOLDER
@given(st.data())
def test_a_single_bit_that_differs_is_noticed(tmp_path: Path, data: st.DataObject):
    book = Notebook(tmp_path / "command.json")
    book.write(MEMORY)
    whole = bytearray(book.path.read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(
        st.integers(0, 7)
    )
    book.path.write_bytes(whole)
    with pytest.raises(NotebookError):
        book.read()


@pytest.mark.parametrize("left", [0, 1, 33, 60])
def test_one_that_is_cut_off_is_lost(tmp_path: Path, left: int):
    book = Notebook(tmp_path / "command.json")
    book.write(MEMORY)
    book.path.write_bytes(book.path.read_bytes()[:left])
    with pytest.raises(NotebookError):
        book.read()


def test_where_the_medium_fails_the_old_one_stays(tmp_path: Path):
    disk = SmallDisk(tmp_path, 10**6)
    book = Notebook(tmp_path / "command.json", disk)
    book.write(MEMORY)
    disk.broken = True
    with pytest.raises(OSError, match="broken"):
        book.write(Memory(8))
    assert book.read() == MEMORY
