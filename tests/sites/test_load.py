import os
import shutil
from pathlib import Path

import pytest

from sites.document import MAX_BYTES
from sites.errors import InventoryError
from sites.load import load

GOOD = Path(__file__).parent / "inventories" / "good"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(GOOD, tmp_path / "inventory")
    return tmp_path / "inventory"


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        load(folder)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_the_national_policy_has_defaults(folder):
    (folder / "policy.yaml").unlink()
    assert load(folder).policy.take_attention_s == 180


def test_a_folder_that_is_not_there_is_one_problem(tmp_path):
    with pytest.raises(InventoryError) as caught:
        load(tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path}/nowhere: there is no such folder"


def test_an_empty_folder_lacks_everything_and_nothing_else_is_said(tmp_path):
    assert problems_of(tmp_path) == [
        "playbooks: there is no file *.yaml in this folder",
        "rules.yaml: there is no such file",
        "sites: there is no file *.yaml in this folder",
        "units: there is no file *.yaml in this folder",
    ]


def test_without_units_the_sites_do_not_complain_too(folder):
    shutil.rmtree(folder / "units")
    assert problems_of(folder) == ["units: there is no file *.yaml in this folder"]


def test_files_that_would_be_overlooked_are_reported(folder):
    (folder / "sites" / "old").mkdir()
    for name in ("sites/kit.yml", "sites/old/kit.yaml", "rule.yaml", "README.md"):
        (folder / name).write_text("id: kit\n")
    assert problems_of(folder) == [
        "rule.yaml: this file has no place in an inventory",
        "sites/kit.yml: this file has no place in an inventory",
        "sites/old/kit.yaml: this file has no place in an inventory",
    ]


def test_a_folder_with_the_name_of_a_file_is_a_problem(folder):
    (folder / "sites" / "quay.yaml").unlink()
    (folder / "sites" / "quay.yaml").mkdir()
    assert problems_of(folder) == ["sites/quay.yaml: cannot be read: it is not a file"]


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "units" / "pipe.yaml")
    assert problems_of(folder) == ["units/pipe.yaml: cannot be read: it is not a file"]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(folder):
    (folder / "units" / "north.yaml").write_bytes(b"id: north\nname: caf\xe9\n")
    assert problems_of(folder) == ["units/north.yaml:2: not UTF-8: byte 0xe9"]


def test_a_file_with_control_characters_is_told_with_its_line(folder):
    (folder / "units" / "north.yaml").write_bytes(b"id: north\n\nname: a\x07b\n")
    assert problems_of(folder) == ["units/north.yaml:3: not text: the character U+0007"]


def test_a_huge_file_is_not_read(folder):
    (folder / "units" / "north.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert problems_of(folder) == [
        "units/north.yaml:1: the file is larger than 262144 bytes, and is not read"
    ]


def test_a_file_of_very_many_values_is_left_at_the_limit(folder):
    (folder / "units" / "north.yaml").write_bytes(b"- 1\n" * 30_000)
    assert problems_of(folder) == [
        "units/north.yaml:20000: the file has more than 20000 values"
    ]


def test_an_unreadable_rule_file_hides_no_other_problem(folder):
    (folder / "rules.yaml").write_text("rules: [\n")
    home = folder / "sites" / "home.yaml"
    home.write_text(home.read_text().replace("kind: hall", "kind: slaapkamer"))
    assert [line.split(": ")[0] for line in problems_of(folder)] == [
        "rules.yaml:2",
        "sites/home.yaml:9",
    ]
