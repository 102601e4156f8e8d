from hypothesis import given, settings
from hypothesis import strategies as st

from sites.document import Node, parse
from sites.draft import Draft, Place, RuleFile, understand
from sites.playbook import Playbook
from sites.site import Site
from sites.unit import Unit

PLAYBOOK = """\
id: alarm
title: {nl: Alarm, en: Alarm}
version: 1
steps:
  - {id: look, role: desk, text: {nl: Kijk, en: Look}}
  - {id: call, role: chef, text: {nl: Bel, en: Call}}
  - {id: note, role: desk, text: {nl: Noteer, en: Note}}
"""


def node_of(text: str) -> Node:
    node, faults = parse(text.encode())
    assert node is not None
    assert faults == []
    return node


def test_a_whole_file_is_read_and_nothing_is_lost():
    reading = understand(node_of(PLAYBOOK.replace("chef", "desk")), Playbook)
    assert reading.thing is not None
    assert len(reading.thing.steps) == 3
    assert reading.faults == ()
    assert reading.lost == frozenset()


def test_only_the_faulty_item_is_left_out_and_it_is_told_what_was_lost():
    reading = understand(node_of(PLAYBOOK), Playbook)
    assert reading.thing is not None
    assert [step.id for step in reading.thing.steps] == ["look", "note"]
    assert [fault.line for fault in reading.faults] == [6]
    assert reading.lost == {"steps"}
    assert reading.node.line_of(("steps", 1)) == 7


def test_a_faulty_field_that_may_be_missing_is_left_out_alone():
    text = PLAYBOOK.replace("chef", "desk, mandatory: ja, rings: nee")
    reading = understand(node_of(text), Playbook)
    assert reading.thing is not None
    assert [step.id for step in reading.thing.steps] == ["look", "call", "note"]
    assert [fault.what for fault in reading.faults] == [
        "mandatory: 'ja' is not true or false",
        "rings: 'nee' is not true or false",
    ]


def test_a_polygon_with_one_bad_number_is_left_out_whole():
    text = """\
id: quay
unit: north
kind: station
zones:
  - {number: 1, kind: entrance, plan: [[0, 0], [7, 0], [1, 1]]}
devices:
  - {id: aaaaaaaaaaaaaaaa, key: %s}
"""
    reading = understand(node_of(text % ("a" * 64)), Site)
    assert reading.thing is not None
    assert reading.thing.zones[0].plan is None
    assert [fault.what for fault in reading.faults] == ["plan: 7 is more than 1.0"]


def test_without_what_every_thing_must_have_nothing_is_left():
    reading = understand(node_of(PLAYBOOK.replace("id: alarm", "id: 7")), Playbook)
    assert reading.thing is None
    assert len(reading.faults) == 2, "the id and the role, both at once"


def test_a_group_that_loses_all_its_items_is_lost_too():
    text = PLAYBOOK.replace("role: desk", "role: chef")
    reading = understand(node_of(text), Playbook)
    assert reading.thing is None
    assert [fault.line for fault in reading.faults] == [5, 6, 7]


def test_text_that_looks_like_a_number_or_a_truth_is_not_taken_for_one():
    for wrong in ('version: "1"', "version: 1.0", "version: true", "version: yes"):
        text = PLAYBOOK.replace("chef", "desk").replace("version: 1", wrong)
        reading = understand(node_of(text), Playbook)
        assert [fault.line for fault in reading.faults] == [3]


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "people",
                    "policy",
                    "rules",
                    "kinds",
                    "zones",
                    "devices",
                    "steps",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=150)
@given(YAML, st.sampled_from([Unit, Site, RuleFile, Playbook]))
def test_any_tree_is_a_model_or_has_faults_and_never_raises(value, model):
    reading = understand(tree(value), model)
    assert reading.thing is not None or reading.faults


def tree(value: object) -> Node:
    if isinstance(value, dict):
        entries = {key: (1, tree(inner)) for key, inner in value.items()}
        text = ", ".join(entries)
        node = node_of("{" + ", ".join(f"{key}: 1" for key in entries) + "}")
        assert isinstance(node.value, dict), text
        for key, (_, inner) in entries.items():
            node.value[key] = node.value[key]._replace(node=inner)
        return node
    if isinstance(value, list):
        return Node(1, [tree(inner) for inner in value])
    if isinstance(value, float) and value not in (0.0, 1.0):
        return Node(1, 0.5)
    return Node(1, value)  # type: ignore[arg-type]  # the strategy draws scalars


def test_what_a_broken_file_may_declare_is_not_said_to_be_missing():
    draft = Draft(declared=frozenset({("units", "north")}))
    assert not draft.lacks("units", "north")
    assert draft.lacks("units", "south")
    broken = Draft(unreadable=frozenset({"units"}))
    assert not broken.lacks("units", "south")


def test_a_place_leads_to_places_inside_it():
    place = Place("rules.yaml", ("rules", 3))
    assert place.at("kinds", 0) == Place("rules.yaml", ("rules", 3, "kinds", 0))
