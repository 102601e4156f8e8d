import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sites.document import MAX_DEPTH, Node, parse, plain, resolve

TEXT = b"""\
# a comment
id: quay

zones:
  - number: 1
    plan: [[0, 0],
           [1, 0.5]]
  - number: 2
name: {nl: Kade,
       en: Quay}
"""


def read(data: bytes) -> Node:
    node, faults = parse(data)
    assert node is not None
    assert faults == []
    return node


def test_a_document_is_read_as_plain_values():
    assert plain(read(TEXT)) == {
        "id": "quay",
        "zones": [{"number": 1, "plan": [[0, 0], [1, 0.5]]}, {"number": 2}],
        "name": {"nl": "Kade", "en": "Quay"},
    }
    assert json.loads(read(TEXT).json()) == plain(read(TEXT))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("id",), 2),
        (("zones",), 4),
        (("zones", 0), 5),
        (("zones", 0, "plan"), 6),
        (("zones", 0, "plan", 1), 7),
        (("zones", 0, "plan", 1, 1), 7),
        (("zones", 1, "number"), 8),
        (("name", "en"), 10),
        (("zones", 1, "plan"), 8),
        (("zones", 9), 4),
        (("zones", -1), 4),
        (("nothing", "here"), 2),
        (("id", "deeper"), 2),
    ],
)
def test_every_place_has_its_line_and_what_is_not_there_that_around_it(path, line):
    assert read(TEXT).line_of(path) == line


def test_a_part_can_be_left_out_and_the_rest_keeps_its_lines():
    node = read(TEXT).without(("zones", 0))
    assert plain(node) == {
        "id": "quay",
        "zones": [{"number": 2}],
        "name": {"nl": "Kade", "en": "Quay"},
    }
    assert node.line_of(("zones", 0, "number")) == 8
    assert plain(node.without(("name", "en"))) == {
        "id": "quay",
        "zones": [{"number": 2}],
        "name": {"nl": "Kade"},
    }


def test_leaving_out_what_is_not_there_changes_nothing():
    node = read(TEXT)
    for path in (("nothing",), ("nothing", 1), ("id", "x")):
        assert plain(node.without(path)) == plain(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("0", 0),
        ("-3", -3),
        ("+7", 7),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("18:00", "18:00"),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("00.5", "00.5"),
        ("1e999", "1e999"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("2026-05-01", "2026-05-01"),
        ("9" * 18, int("9" * 18)),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_are_read_as_yaml_1_2_does(text, value):
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("quoted", [b"'1'", b'"true"', b"! 1", b"|\n  1", b">-\n  1"])
def test_what_is_quoted_is_text(quoted):
    value = read(b"a: " + quoted + b"\n").at(("a",))
    assert value is not None
    assert isinstance(value.value, str)


def test_a_byte_order_mark_is_no_fault():
    assert plain(read(b"\xef\xbb\xbfid: quay\n")) == {"id": "quay"}


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"", 1, "the file is empty"),
        (b"# only a comment\n", 1, "the file is empty"),
        (b"a: 1\n\tb: 2\n", 2, "a tab cannot indent, use spaces"),
        (b"a: 1\n  b: 2\n", 2, "not YAML: mapping values are not allowed here"),
        (b"a: *b\n", 1, "the alias '*b' is not admitted, write the value out"),
        (b"a: 1\n*b : 2\n", 2, "a key is plain text"),
        (b"a: !x 1\n", 1, "the tag '!x' is not admitted"),
        (b"a: 1\n? {b: 1}\n: 2\n", 2, "a key is plain text"),
        (b"a: 1\n'': 2\n", 2, "a key is plain text"),
        (b"a: 1\n\n\xc3\x28", 3, "not UTF-8: byte 0xc3"),
        (b"a: 1\nb: \x00", 2, "not text: the character U+0000"),
        (b"a: '\\ud800'\nb: \"\\ud800\"\n", 2, "half a character: a surrogate"),
        (b"[" * 99, 1, "nested more than 16 deep"),
        (b"- " * 99, 1, "nested more than 16 deep"),
        (b"? " * 99, 1, "nested more than 16 deep"),
        (b"[[" + b"1," * 30_000, 1, "the file has more than 20000 values"),
        (b"{" + b"a: 1," * 30_000, 1, "the file has more than 20000 values"),
        (b"%YAML 9.0\n---\na: 1\n", 1, None),
        (b'a: 1\nb: "\\U00110000"\n', 2, "not YAML: a number beyond all bounds"),
        (b"%YAML " + b"9" * 5000 + b".1\n", 1, "not YAML: a number beyond all bounds"),
    ],
)
def test_what_cannot_be_used_is_one_fault_with_its_line(data, line, what):
    node, faults = parse(data)
    assert node is None
    last = faults[-1]
    assert last.line == line
    assert what is None or last.what == what


def test_both_places_of_a_key_that_stands_twice_are_told():
    node, faults = parse(b"a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [tuple(fault) for fault in faults] == [
        (4, "the key 'c' stands on line 3 too"),
        (5, "the key 'a' stands on line 1 too"),
    ]
    assert node is not None
    assert plain(node) == {"a": 1, "b": {"c": 1}}


def test_every_alias_and_every_tag_is_told_at_once():
    _, faults = parse(b"a: &a !t [*a]\nb: *a\nc: {<<: *a}\n")
    assert [fault.line for fault in faults] == [1, 1, 2, 3]


def test_a_bomb_of_aliases_is_never_opened():
    rows = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]".encode() for n in range(1, 12)
    ]
    node, faults = parse(b"\n".join(rows))
    assert node is None
    assert len(faults) == 99


def test_a_second_document_is_told_and_the_first_is_read():
    node, faults = parse(b"a: 1\n---\nb: 2\n")
    assert node is not None
    assert plain(node) == {"a": 1}
    assert [tuple(fault) for fault in faults] == [
        (2, "a second document begins, a file holds one")
    ]


def test_nesting_up_to_the_limit_is_read():
    depth = MAX_DEPTH - 1
    node = read(b"[" * depth + b"1" + b"]" * depth)
    assert node.line_of((0,) * depth) == 1


@given(st.binary(max_size=300))
@example(b'a: "\\U00110000"')
@example(b"? ")
@example(b"--- !!\n")
@example(b"&")
@example(b"%TAG ! tag:x\n--- !y z")
def test_no_bytes_raise_anything(data):
    node, faults = parse(data)
    assert node is not None or faults


@given(st.text("[]{}:,-?&*!|>'\"%@`# \n\tab1.~<", max_size=60))
def test_no_punctuation_raises_anything(text):
    node, faults = parse(text.encode())
    assert node is not None or faults
    if node is not None:
        json.loads(node.json())


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**15), 10**15)
        | st.text("abcdefgh", min_size=1),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text("abcdefgh", min_size=1), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_json_is_read_as_it_stands(value):
    assert plain(read(json.dumps(value).encode())) == value
