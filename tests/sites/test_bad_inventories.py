"""One bad file for each thing that can be wrong, with the exact text that it gets.

A file in `inventories/bad` takes the place of one file of `inventories/good`. Its first
line names that file, the comments below say what is expected: `LINE: what`, or
`FILE:LINE: what` where another file is to blame.
"""

import re
import shutil
from pathlib import Path

import pytest

from sites.errors import InventoryError
from sites.load import load

HERE = Path(__file__).parent / "inventories"
CASES = sorted((HERE / "bad").glob("*.yaml"))


def expected_of(case: Path) -> tuple[str, list[str]]:
    """Give the file that a case replaces, and the problems that it must get."""
    head, *lines = case.read_text().splitlines()
    target = head.removeprefix("# instead of ")
    said = []
    for line in lines:
        if not line.startswith("# "):
            break
        text = line.removeprefix("# ")
        said.append(f"{target}:{text}" if re.match(r"\d+: ", text) else text)
    return target, said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_bad_file_gets_exactly_its_problems(case, tmp_path):
    target, expected = expected_of(case)
    folder = tmp_path / "inventory"
    shutil.copytree(HERE / "good", folder)
    shutil.copyfile(case, folder / target)
    with pytest.raises(InventoryError) as caught:
        load(folder)
    said = str(caught.value).replace(f"{folder}/", "").splitlines()
    assert expected, "a case says what it expects"
    assert said == expected


def test_the_good_inventory_loads():
    inventory = load(HERE / "good")
    assert set(inventory.sites) == {"quay", "7f3k-qg"}
    assert list(inventory.rules) == ["help", "alarm"]


def test_all_problems_of_all_files_come_at_once(tmp_path):
    folder = tmp_path / "inventory"
    shutil.copytree(HERE / "good", folder)
    for name in ("home-with-a-name", "rule-without-step", "unit-looser-than-national"):
        case = HERE / "bad" / f"{name}.yaml"
        shutil.copyfile(case, folder / expected_of(case)[0])
    with pytest.raises(InventoryError) as caught:
        load(folder)
    files = {Path(problem.file).name for problem in caught.value.problems}
    assert files == {"rules.yaml", "home.yaml", "north.yaml"}


def refused(name: str, tmp_path: Path) -> list[str]:
    """Say what the loader says about one bad file, without the lines."""
    case = HERE / "bad" / f"{name}.yaml"
    folder = tmp_path / name
    shutil.copytree(HERE / "good", folder)
    shutil.copyfile(case, folder / expected_of(case)[0])
    with pytest.raises(InventoryError) as caught:
        load(folder)
    return [problem.what for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("case", "rule", "role", "when"),
    [
        ("rule-without-step", "alarm", "coordinator", ""),
        ("rule-without-control-room-step", "alarm", "control_room", ""),
        ("only-a-ringing-step", "alarm", "desk", " when nobody may ring"),
        ("panic-without-any-step", "help", "coordinator", ""),
        ("panic-without-silent-step", "help", "coordinator", " when it is silent"),
        ("panic-without-loud-step", "help", "coordinator", " when it is loud"),
    ],
)
def test_a_rule_without_a_step_for_each_recipient_does_not_load_a1(
    case, rule, role, when, tmp_path
):
    what = f"the rule {rule!r} tells {role!r}, and the playbook {rule!r} has no step"
    assert refused(case, tmp_path) == [f"{what} for that role{when}"]


@pytest.mark.parametrize(
    ("case", "role"),
    [
        ("unit-without-coordinator", "coordinator"),
        ("unit-without-deputy", "deputy"),
        ("unit-without-case-manager", "case manager (case_manager)"),
        ("unit-without-desk", "24-hour desk (desk)"),
    ],
)
def test_a_unit_without_one_of_its_people_does_not_load_a45(case, role, tmp_path):
    assert refused(case, tmp_path) == [f"the unit 'north' has no {role}"]


def test_a_unit_that_is_looser_than_the_country_does_not_load_a46(tmp_path):
    assert refused("unit-looser-than-national", tmp_path) == [
        "take_urgent_s: 90 is looser than the national 60",
        "events_days: 365 is looser than the national 90",
    ]
