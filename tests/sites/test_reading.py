"""Whatever stands in the files: an inventory, or its problems; nothing else."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sites.draft import Shelf
from sites.reading import Text, examine

GOOD = Path(__file__).parent / "inventories" / "good"
SHELVES: dict[str, Shelf] = {
    "units/north.yaml": "units",
    "sites/home.yaml": "sites",
    "sites/quay.yaml": "sites",
    "rules.yaml": "rules",
    "playbooks/help.yaml": "playbooks",
    "playbooks/alarm.yaml": "playbooks",
    "policy.yaml": "policy",
}
FILES = {name: (GOOD / name).read_text() for name in SHELVES}
WORDS = (
    "[]",
    "{}",
    "null",
    "true",
    "-1",
    "0.5",
    "text",
    '""',
    "*a",
    "&a x",
    "99999999",
)


def texts(**changed: str) -> list[Text]:
    whole = FILES | changed
    return [Text(SHELVES[name], name, whole[name].encode()) for name in SHELVES]


def test_the_good_files_have_no_problem():
    draft, problems = examine(texts())
    assert problems == ()
    assert draft.partial == frozenset()
    assert len(draft.rules) == 2


@settings(max_examples=150)
@given(st.data())
def test_any_value_in_the_place_of_another_never_raises(data):
    name = data.draw(st.sampled_from(sorted(FILES)))
    lines = FILES[name].splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    head, colon, _ = lines[at].partition(":")
    lines[at] = f"{head}{colon} {data.draw(st.sampled_from(WORDS))}"
    _, problems = examine(texts(**{name: "\n".join(lines)}))
    for problem in problems:
        assert 1 <= problem.line <= len(FILES[problem.file].splitlines()) + 1


@settings(max_examples=150)
@given(st.data())
def test_any_line_left_out_or_put_twice_never_raises(data):
    name = data.draw(st.sampled_from(sorted(FILES)))
    lines = FILES[name].splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at : at + 1] = [lines[at]] * data.draw(st.sampled_from([0, 2]))
    _, problems = examine(texts(**{name: "\n".join(lines)}))
    assert len(set(problems)) == len(problems)


@settings(max_examples=150)
@given(st.data())
def test_any_characters_put_anywhere_never_raise(data):
    name = data.draw(st.sampled_from(sorted(FILES)))
    at = data.draw(st.integers(0, len(FILES[name])))
    put = data.draw(st.text("[]{}:,-?&*!|>'\"%@`# \n\tab1.~<", max_size=4))
    examine(texts(**{name: FILES[name][:at] + put + FILES[name][at:]}))


def test_a_shelf_that_could_not_be_read_is_not_blamed_on_the_others():
    rest = [text for text in texts() if text.shelf != "playbooks"]
    assert examine(rest, frozenset({"playbooks"}))[1] == ()
    _, problems = examine(rest)
    assert [problem.what for problem in problems] == [
        "playbook: no playbook 'help' is declared",
        "playbook: no playbook 'alarm' is declared",
    ]


def test_what_was_lost_with_a_fault_is_not_missed_a_second_time():
    def said(name: str, old: str, new: str) -> list[str]:
        _, problems = examine(texts(**{name: FILES[name].replace(old, new)}))
        return [problem.what for problem in problems]

    for name, old, new in (
        ("units/north.yaml", "role: deputy", "role: 7"),
        ("sites/quay.yaml", "kind: car_park", "kind: 7"),
        ("sites/quay.yaml", "kind: tamper", "kind: 7"),
        ("sites/home.yaml", "reference: AOL-1", "reference: 7"),
        ("sites/home.yaml", "may_ring: false", "may_ring: 7"),
        ("sites/home.yaml", "call_back_tested: true", "call_back_tested: 7"),
        ("sites/home.yaml", "kit: 7F3K-QG", "kit: 7"),
        ("sites/quay.yaml", "nl: Bureau Kade", "nl: 7"),
        ("playbooks/help.yaml", "role: control_room", "role: 7"),
        ("rules.yaml", "kinds: [panic.pressed", "kinds: [7"),
    ):
        assert len(said(name, old, new)) == 1, said(name, old, new)
