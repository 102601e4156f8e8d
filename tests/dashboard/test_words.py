"""Every word on a screen is in both catalogues, and nowhere else."""

import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import dashboard
from collector.incident.back import ENDS
from collector.incident.exercise import KIND as EXERCISE
from collector.incident.exercise import Refused
from collector.keep.audit import Verb
from dashboard.asker import Home
from dashboard.clip import ClipState
from dashboard.errors import PageError
from dashboard.language import LANGUAGES, Language, WordMissingError, Words, chosen
from dashboard.place import ORDER, Blind
from dashboard.plan import SensorState, ZoneState
from dashboard.quiet import GROUPS
from dashboard.report import PROMISES
from dashboard.site import SPANS
from dashboard.storing import Reason
from dashboard.suppression import Why
from dashboard.verified import Verdict
from sites.errors import Refusal
from sites.escalation import Told
from sites.event import KINDS, Quantity
from sites.health import CommandTrouble, OrderWord
from sites.roster import Part
from sites.rule import FOUND_KINDS
from sites.sight import CameraTrouble, LightChange, Preset, Side, Suspect
from sites.site import SensorKind, ZoneKind
from sites.words import Role

ROOM = Path(dashboard.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.html"))
MODULES = sorted(ROOM.glob("*.py"))
OUTCOMES = ("real", "false", "nuisance", "exercise", "test", "itself")
WHATS = ("opened", "joined", "acknowledged", "handed_over", "step_done",
         "step_undone", "resolved", "told", "not_told", "confirmed", "ended",
         "returned")  # fmt: skip
UNSERVED = ("case_manager", "head_of_operations")

REFUSALS: tuple[type[PageError], ...] = (PageError, *PageError.__subclasses__())

# The families of keys whose last word comes from data, and every such word.
FAMILIES: dict[str, tuple[str, ...]] = {
    "role": get_args(Role),
    "state": (*ORDER, "silent", "heard"),
    "page.home": get_args(Home),
    "kind": (*KINDS, *FOUND_KINDS, *ENDS, EXERCISE, "unknown"),
    "storing": get_args(Reason),
    "refusal": (*get_args(Refusal), "unknown"),
    "zone": (*get_args(ZoneKind), "unknown"),
    "sensor": (*get_args(SensorKind), "camera", "unknown"),
    "sensor_state": get_args(SensorState),
    "plan": get_args(ZoneState),
    "quantity": get_args(Quantity),
    "verified": get_args(Verdict),
    "outcome": OUTCOMES,
    "log": (*WHATS, "unknown"),
    "line": tuple(SPANS),
    "told": get_args(Told),
    "roster.part": get_args(Part),
    "verb": get_args(Verb),
    "looked": ("service", "unknown"),
    "sort": (
        "person", "link", "session", "passkey", "page", "unit", "site", "incident",
        "picture", "clip", "device", "export", "rights", "attention", "retention",
        "command", "path", "exercise", "suppression",
        "roster", "unknown",
    ),
    "looked.act": ("take", "hold", "hand-over", "tick", "untick", "resolve", "unknown"),
    "contacts": ("email", "sms", "push"),
    "looked.what": (
        "consult.site", "consult.incident", "consult.picture", "consult.clip",
        "consult.unit", "consult.page",
        "change.device", "change.person", "delete.person", "change.link",
        "change.passkey", "delete.passkey", "sign_in.session", "sign_out.session",
        "change.command", "change.path", "change.exercise", "change.suppression",
        "change.roster",
        "change.push",
        "unknown",
    ),
    "nothing_yet": UNSERVED,
    "nothing_yet.never": UNSERVED,
    "blind": tuple(
        f"{why}{end}" for why in get_args(get_type_hints(Blind)["why"])
        for end in ("", "_do")
    ),
    "reason": (*get_args(CameraTrouble), "unknown"),
    "suspect": get_args(Suspect),
    "trouble": (*get_args(CommandTrouble), "unknown"),
    "order": (*get_args(OrderWord), "unknown"),
    "light": (*get_args(LightChange), "unknown"),
    "preset": (*get_args(Preset), "unknown"),
    "entered": (*get_args(Side), "unknown"),
    "left": (*get_args(Side), "unknown"),
    "clip.seal": get_args(ClipState),
    "clip.from": get_args(ClipState),
    "exercise.refused": get_args(Refused),
    "suppression.group": tuple(GROUPS),
    "suppression.why": get_args(Why),
    "suppression": ("over", "to_come", "lasts"),
    "report.verdict": ("kept", "missed", "open"),
    "report.pace": tuple(PROMISES),
    "refused.title": tuple(
        str(each.status) for each in REFUSALS
    ),
}  # fmt: skip


def catalogue(language: Language) -> Catalog:
    path = ROOM / "locale" / language / "LC_MESSAGES" / "dashboard.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def texts(language: Language) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue(language):
        key = message.id if isinstance(message.id, str) else message.id[0]
        said = message.string
        several = (said,) if isinstance(said, str) or said is None else said
        found[key] = tuple(str(one or "") for one in several)
    found.pop("")
    return found


def wanted() -> Iterator[str]:
    """Find every key that a template or a module asks for."""
    for path in TEMPLATES:
        text = path.read_text()
        yield from re.findall(r"\bw(?:\.count)?\('([\w.]+)'(?! ~)", text)
        yield from re.findall(r"\bw\('([\w.]+)' if", text)
        yield from re.findall(r"if [\w. ]+ else '([\w.]+)'[,)]", text)
    for path in MODULES:
        text = path.read_text()
        yield from re.findall(r'\b(?:words|self)(?:\.count)?\(\s*"([\w.]+)"', text)
        yield from re.findall(r'Error\(\s*"(refused\.[\w.]+)"', text)
        yield from re.findall(r'key = "(refused\.[\w.]+)"', text)
    for family, words in FAMILIES.items():
        yield from (f"{family}.{word}" for word in words)


KEYS = {key for key in wanted() if "." in key}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_key_that_is_asked_for_has_words(language: Language):
    assert KEYS - set(texts(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_holds_words_that_nobody_asks_for(language: Language):
    assert set(texts(language)) - KEYS == set()


def test_each_message_has_both_languages():
    assert set(texts("nl")) == set(texts("en"))
    for language in LANGUAGES:
        assert [key for key, said in texts(language).items() if not all(said)] == []
        assert not [message for message in catalogue(language) if message.fuzzy]


def test_the_languages_fill_in_the_same_values():
    def fields(said: tuple[str, ...]) -> set[str | None]:
        return {
            field for one in said for _, field, _, _ in string.Formatter().parse(one)
        }

    dutch, english = texts("nl"), texts("en")
    assert [key for key in dutch if fields(dutch[key]) != fields(english[key])] == []


def test_no_sentence_was_left_in_the_other_language():
    dutch, english = texts("nl"), texts("en")
    same = {
        key
        for key, said in dutch.items()
        if said == english[key]
        and re.search(r"[^\W\d_]{4}.* .*[^\W\d_]{4}", re.sub(r"{\w+}", "", said[0]))
    }
    assert same == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_words_of_its_own(path: Path):
    text = re.sub(
        r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text(), flags=re.DOTALL
    )
    # Attributes that people read, and what stands between tags.
    read = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', text)
    read += re.findall(r">([^<]*)<", re.sub(r"<(\w[^>]*)>", "<>", text))
    words = {word for each in read for word in re.findall(r"[^\W\d_]{3,}", each)}
    assert words - {"Wachtpost", "middot", "SHA", "sensitivity"} == set()


@pytest.mark.parametrize("name", ["page.js", "alarm.js", "site.js", "keys.js"])
def test_no_script_holds_sentences(name: str):
    text = re.sub(r"//.*", "", (ROOM / "web" / "src" / name).read_text())
    said = re.findall(r"\"([^\"]*)\"|`([^`]*)`", text)
    sentences = [a or b for a, b in said if re.search(r"[A-Z]\w+ \w+ \w+", a or b)]
    assert [each for each in sentences if "Plex" not in each] == []


def test_a_missing_word_is_an_error_and_not_a_key_on_a_screen():
    with pytest.raises(WordMissingError):
        Words("nl")("no.such_key")
    with pytest.raises(WordMissingError):
        Words("nl").count("no.such_key", 2)


def test_what_is_unknown_has_a_word_of_its_own():
    assert Words("en").known("kind", "brand.new") == "unknown event"
    assert Words("en").known("kind", "panic.pressed") == "panic button"


@pytest.mark.parametrize(
    ("wish", "own", "language"),
    [("en", "nl", "en"), (None, "en", "en"), ("fr", "en", "en"), (None, "de", "nl")],
)
def test_the_switch_goes_before_the_persons_own_language(wish, own, language):
    assert chosen(wish, own) == language


@pytest.mark.parametrize(
    ("seconds", "said", "counter"),
    [
        (-5, "0 s", "0:00"),
        (42, "42 s", "0:42"),
        (363, "6 min 3 s", "6:03"),
        (3966, "1 u 6 min", "1:06:06"),
        (187_200, "2 d 4 u", "52:00:00"),
    ],
)
def test_spans_are_told_in_their_two_largest_units(seconds, said, counter):
    length = timedelta(seconds=seconds)
    assert Words("nl").span(length) == said
    assert Words("nl").counter(length) == counter


def test_times_are_those_of_the_place_across_the_change_of_the_clock():
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    after = before + timedelta(hours=1)
    words = Words("nl")
    assert words.clock(before) == words.clock(after) == "02:30"
    assert words.second(before, "UTC") == "00:30:00"


def test_another_day_is_named():
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    words = Words("nl")
    assert words.moment(now, now) == "13:00"
    assert words.moment(now - timedelta(days=1), now) == "gisteren 13:00"
    assert words.moment(now - timedelta(days=9), now) == "13 nov 13:00"
    assert Words("en").day(now) == "22 November"
