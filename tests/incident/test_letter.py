"""What a letter says, and what it never says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

import sites
from collector.incident.rules import steps_of, words_of
from collector.notify.channel import Letter
from collector.notify.letter import LANGUAGES, Due, gives_away, words_in, write
from collector.notify.short import ROOM, fold, septets
from sites.inventory import Inventory
from sites.load import load
from sites.person import Person
from sites.playbook import Step, filled
from sites.rule import Rule, recipients
from sites.site import Site
from sites.words import Priority, Role
from tests.incident.stage import NOW

BASE = "https://wachtpost.example/"
EXAMPLES = load(Path(sites.__file__).parent / "examples")
REASONS = (
    "opened",
    "raised",
    "silenced",
    "confirmed",
    "handed_over-17",
    "escalated-1-2",
    "lapsed-3",
    "shift_changed-4",
    "shift_begun-1",
)
DUE = Due(
    message=5,
    incident=2071,
    unit="noord",
    person="desk-noord",
    role="desk",
    language="nl",
    tell="desk@noord.example",
    removed=False,
    channel="email",
    reason="opened",
    made=NOW,
    tries=1,
    lease=NOW + timedelta(minutes=2),
    state="open",
    priority="urgent",
    silent=False,
    exercise=False,
    confirmed=False,
    while_blind=False,
    paused=False,
    told_before=False,
    goes_on_in=None,
    occurred=NOW,
    time_zone="Europe/Amsterdam",
    owner=None,
    owner_role=None,
    step={"nl": "Vraag noodhulp.", "en": "Ask for a patrol."},
    names=["haven", None, None, "Bureau Haven", "Haven station", "noord", "Eenheid N"],
    filled=[None, None, "Bureau Haven", "Haven station"],
)


def letter(**more: object) -> Letter:
    return write(replace(DUE, **more), "desk@noord.example", BASE)  # type: ignore[arg-type]  # fields by name


def test_a_letter_says_what_to_do_since_when_who_is_on_it_and_where_to_look():
    found = letter()

    assert found.subject == "Spoed: incident 2071, actie nodig"
    assert found.text.split("\n\n") == [
        "Doe nu: Vraag noodhulp.",
        "Sinds 05-03-2026 02:41 (tijd ter plaatse).",
        "Nog niemand heeft het opgepakt.",
        "Openen: https://wachtpost.example/incident/2071",
        "Dit is een automatisch bericht; antwoorden worden niet gelezen.\n",
    ]


def test_who_reads_english_gets_english():
    found = letter(language="en")

    assert found.subject == "Urgent: incident 2071, action needed"
    assert "Do now: Ask for a patrol." in found.text
    assert "Since 2026-03-05 02:41" in found.text


@pytest.mark.parametrize(
    ("zone", "at", "since"),
    [
        ("Europe/Amsterdam", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "02-07"),
        ("America/Curacao", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "01-07"),
    ],
)
def test_since_is_told_in_the_time_of_the_place(zone, at, since):
    assert f"Sinds {since}-2026" in letter(time_zone=zone, occurred=at).text


def test_on_a_silent_occasion_every_letter_says_that_nobody_may_ring():
    for language, reason in product(LANGUAGES, REASONS):
        found = letter(silent=True, language=language, reason=reason)
        assert words_in(language)["line"]["silent"] in found.text

    assert "GEEN telefoon" not in letter().text


def test_who_took_it_is_told_as_a_role_not_as_a_name():
    found = letter(owner="somebody-real", owner_role="coordinator")

    assert "Opgepakt door: coördinator." in found.text
    assert "somebody-real" not in found.text


def test_who_has_it_already_reads_that():
    assert "Opgepakt door u." in letter(owner="desk-noord", owner_role="desk").text


def test_without_a_step_of_its_own_a_letter_still_says_what_to_do():
    for step in (None, {}, {"nl": ""}):
        assert "Doe nu: open het incident" in letter(step=step).text


@pytest.mark.parametrize(
    "careless",
    [
        "Ga naar de haven!",
        "Bel iemand van Eenheid N.",
        "Bel NOORD.",
    ],
)
def test_a_step_that_names_a_place_is_left_out(careless):
    found = letter(step={"nl": careless})

    assert careless not in found.text
    assert "Doe nu: open het incident" in found.text


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("Noem Bureau Haven en incident 12.", "Noem de plek van dit incident en"),
        ("Bel over kit 7F3K-Q2.", "Bel over de plek van dit incident."),
        ("Noem AOL-1234.", "Noem het nummer op uw scherm."),
    ],
)
def test_what_a_playbook_fills_in_is_left_out_and_the_rest_is_said(step, said):
    kit = ["7F3K-Q2", "AOL-1234"]
    more = {"names": [*DUE.names, *kit], "filled": [*DUE.filled, *kit]}
    text = letter(step={"nl": step}, **more).text
    assert said in text
    assert not gives_away(text, ["Bureau Haven", "7F3K-Q2", "AOL-1234"])


def test_a_word_that_only_holds_a_name_gives_nothing_away():
    assert not gives_away("Bel het bureau over de havendienst.", DUE.names)


@pytest.mark.parametrize("reason", ["something_newer", ""])
def test_a_reason_of_a_later_version_is_told_all_the_same(reason):
    assert letter(reason=reason).subject == letter().subject


def test_a_language_that_we_do_not_speak_gets_dutch():
    assert letter(language="fr").subject == letter().subject


def test_both_languages_say_the_same_things():
    nl, en = words_in("nl"), words_in("en")

    for section in ("subject", "line", "priority", "role"):
        assert nl[section].keys() == en[section].keys()
    assert set(nl["role"]) == set(get_args(Role))
    assert set(nl["priority"]) == set(get_args(Priority))


def test_the_address_is_in_nothing_that_is_printed():
    assert "desk@noord.example" not in repr(letter())
    assert "desk@noord.example" not in repr(DUE)


def names_of(site: Site, world: Inventory) -> list[str | None]:
    unit = world.units[site.unit]
    shown = [text for one in (site, unit) if (text := one.name) is not None]
    words = [word for text in shown for word in (text.nl, text.en)]
    return [site.id, site.kit, site.reference, unit.id, *words]


def said(step: Step, site: Site) -> dict[str, str]:
    found: dict[str, str] = filled(step.text, words_of(site, 2071)).model_dump()
    return found


def forbidden(world: Inventory) -> set[str]:
    """Give every name, address and person of the inventory."""
    found: set[str] = set()
    for site in world.sites.values():
        found |= {name for name in names_of(site, world) if name}
        found |= {
            word
            for zone in site.zones
            if zone.name is not None
            for word in (zone.name.nl, zone.name.en)
        }
        found |= {device.id for device in site.devices}
    for unit in world.units.values():
        for person in unit.people:
            found |= {word for word in (person.id, *_addresses(person)) if word}
    return found


def _addresses(person: Person) -> list[str]:
    return [] if person.tell is None else [where for _, where in person.tell if where]


def letters_about(
    rule: Rule,
    site: Site,
    occasions: tuple[bool, ...] = (False, True),
    reasons: tuple[str, ...] = REASONS,
) -> Iterator[tuple[Role, str, Letter]]:
    playbook = EXAMPLES.playbooks[rule.playbook]
    choices = product(recipients(rule), LANGUAGES, reasons, occasions)
    for role, language, reason, silent in choices:
        mine = (s for s in steps_of(playbook, silent=silent) if s.role == role)
        first = next(mine, None)
        due = replace(
            DUE,
            unit=site.unit,
            role=role,
            language=language,
            reason=reason,
            silent=silent,
            confirmed=False,
            while_blind=False,
            paused=True,
            goes_on_in=2072,
            priority=rule.priority,
            step=None if first is None else said(first, site),
            names=names_of(site, EXAMPLES),
            filled=[site.kit, site.reference, *names_of(site, EXAMPLES)[4:6]],
            owner="somebody-real",
            owner_role="deputy",
        )
        yield role, language, write(due, "x@y.example", BASE)


@pytest.mark.parametrize("rule", EXAMPLES.rules.values(), ids=EXAMPLES.rules)
def test_no_letter_about_any_rule_holds_a_place_a_name_or_an_address_a3(rule):
    never = forbidden(EXAMPLES)
    assert len(never) > 40

    count = 0
    for site in EXAMPLES.sites.values():
        for _, _, found in letters_about(rule, site, reasons=(*REASONS, "ended")):
            everything = f"{found.subject}\n{found.text}\n{found.short}".casefold()
            told = {word for word in never if word.casefold() in everything}
            assert told == set()
            assert "@" not in everything
            count += 1
    assert count >= len(EXAMPLES.sites) * len(LANGUAGES) * (len(REASONS) + 1) * 2


@pytest.mark.parametrize("rule", EXAMPLES.rules.values(), ids=EXAMPLES.rules)
def test_every_letter_about_any_rule_says_what_to_do_a2(rule):
    site = next(one for one in EXAMPLES.sites.values() if one.kind in rule.site_kinds)
    silent = {"panic.pressed", "duress.entered"} & set(rule.kinds)
    occasions = (False, True) if silent else (False,)
    for role, language, found in letters_about(rule, site, occasions):
        line = words_in(language)["line"]
        assert line["do"].format(step="") in found.text, role
        assert line["do_look"] not in found.text, role
        assert "2071" in found.subject
        assert words_in(language)["role"]["deputy"] in found.text
        assert f"{BASE}incident/2071" in found.text
        assert_short(found, language)


def assert_short(found: Letter, language: str) -> None:
    """An SMS says it too: what, what to do, since when, who is on it, and where."""
    said, text = words_in(language)["short"], found.short
    assert "2071" in text
    instead = said["do_look"]
    assert said["do"].partition("{")[0] in text or instead in text, text
    assert said["since"].partition("{")[0] in text
    assert said["somebody"].format(role=words_in(language)["role"]["deputy"]) in text
    assert text.endswith(f"{BASE}incident/2071")
    assert fold(text) == text
    assert septets(text) <= ROOM


def test_an_sms_reads_like_this():
    assert letter().short == (
        "Spoed 2071: actie nodig. Doe nu: Vraag noodhulp. Sinds 05-03 02:41."
        " Nog van niemand. https://wachtpost.example/incident/2071"
    )
    assert letter(silent=True, language="en").short == (
        "Urgent 2071: action needed. SILENT: do not ring. Do now: Ask for a"
        " patrol. Since 05 Mar 02:41. Nobody has it."
        " https://wachtpost.example/incident/2071"
    )


def test_an_sms_of_an_end_asks_for_nothing_or_says_where_it_goes_on():
    assert letter(**ENDED).short == (
        "Ter info 2071: voorbij. U hoeft niets meer te doen."
        " https://wachtpost.example/incident/2071"
    )
    assert "Volg het verder als 2072." in letter(**ENDED, goes_on_in=2072).short


def test_whoever_may_not_ring_reads_that_in_every_sms():
    for language, reason in product(LANGUAGES, REASONS):
        found = letter(silent=True, language=language, reason=reason)
        assert words_in(language)["short"]["silent"] in found.short


def test_every_letter_of_an_exercise_is_marked_everywhere_a4():
    for language, reason in product(LANGUAGES, (*REASONS, "ended")):
        mark = words_in(language)["exercise"]
        found = letter(exercise=True, language=language, reason=reason)
        assert found.subject.startswith(f"{mark} ")
        assert found.short.startswith(f"{mark} ")
        assert found.text.startswith(f"{mark}: ")
        assert septets(found.short) <= ROOM
        real = letter(language=language, reason=reason)
        assert mark not in f"{real.subject}{real.text}{real.short}"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("field", ["confirmed", "while_blind", "paused"])
def test_what_is_known_besides_is_a_line_of_its_own(language, field):
    plain = letter(language=language).text
    told = letter(language=language, **{field: True}).text
    line = words_in(language)["line"][field]
    assert line not in plain
    assert f"\n\n{line}\n\n" in told


ENDED = {"reason": "ended", "state": "resolved", "made": NOW + timedelta(hours=1)}


def test_the_letter_of_an_end_says_why_and_asks_for_nothing():
    found = letter(**ENDED)

    assert found.subject == "Ter info: incident 2071 is vanzelf geëindigd"
    assert not found.urgent
    assert found.text.split("\n\n") == [
        "U hoeft niets meer te doen: alles wat ontbrak, is er alsnog.",
        "Van 05-03-2026 02:41 tot 05-03-2026 03:41 (tijd ter plaatse).",
        "Openen: https://wachtpost.example/incident/2071",
        "Dit is een automatisch bericht; antwoorden worden niet gelezen.\n",
    ]


def test_what_goes_on_elsewhere_says_where_in_both_languages():
    dutch = letter(**ENDED, goes_on_in=2072, silent=True).text
    english = letter(**ENDED, goes_on_in=2072, language="en").text

    assert "Het gaat verder als incident 2072: volg daar uw stappen." in dutch
    assert "GEEN telefoon" in dutch
    assert "U hoeft niets meer" not in dutch
    assert "It goes on as incident 2072: follow your steps there." in english


def test_an_end_in_english_says_the_same():
    found = letter(**ENDED, language="en")

    assert found.subject == "For information: incident 2071 ended by itself"
    assert "You have nothing left to do" in found.text
    assert "From 2026-03-05 02:41 until 2026-03-05 03:41" in found.text


def test_an_end_speaks_no_more_of_how_it_began():
    found = letter(**ENDED, confirmed=True, while_blind=True, paused=True)

    assert found.text == letter(**ENDED).text
