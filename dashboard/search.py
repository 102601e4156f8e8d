"""Every incident of a unit, found by what it was, where, when, and who had it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard.errors import UnreadableError
from dashboard.incident import OUTCOMES
from dashboard.language import HOME_ZONE, Words
from dashboard.number import NUMBER
from dashboard.page import QUERIES, Look, View
from dashboard.unit import homes_of
from sites.inventory import Inventory

Row = Mapping[str, Any]

MOST = 50
FIELDS = ("number", "place", "kind", "state", "since", "until", "who")
STATES = ("open", "acknowledged", *OUTCOMES, "itself")
_CURSOR = re.compile(r"(\d{1,16})-([1-9]\d{0,17})")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 1, 1, tzinfo=UTC)
_LAST = 2**62
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """An incident in the order of these pages: the next page begins behind it."""

    opened: datetime = _END
    incident: int = _LAST

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Read what an address asks for; nonsense gives the beginning."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return cls()
        return cls(_BEGIN + int(found[1]) * _MICROSECOND, int(found[2]))

    def __str__(self) -> str:
        return f"{(self.opened - _BEGIN) // _MICROSECOND}-{self.incident}"


def asked(given: Mapping[str, str], inventory: Inventory) -> dict[str, Any]:
    """Give the store's values of what was asked; None is anything.

    Days are those of the wall clock at home, the last one included.

    Raises:
        UnreadableError: a number or a day is none.
    """
    number, kind = given.get("number", ""), given.get("kind", "")
    if number and not NUMBER.fullmatch(number):
        raise UnreadableError(number)
    until = _day(given.get("until", ""))
    return {
        "number": int(number) if number else None,
        "site": given.get("place") or None,
        "rules": kinds(inventory).get(kind, [kind]) if kind else None,
        "state": given.get("state") or None,
        "since": _midnight(_day(given.get("since", ""))),
        "until": _midnight(until and until + timedelta(days=1)),
        "owner": given.get("who") or None,
    }


def kinds(inventory: Inventory) -> dict[str, list[str]]:
    """Give the rules that open incidents, those with one title under its first."""
    by_title: dict[str, list[str]] = {}
    for rule in inventory.rules.values():
        by_title.setdefault(rule.title.nl, []).append(rule.id)
    return {rules[0]: rules for rules in by_title.values()}


async def search_view(look: Look, given: Mapping[str, str]) -> View:
    """Read one page of the incidents that are as asked."""
    said = {name: given[name].strip() for name in FIELDS if given.get(name, "").strip()}
    before = given.get("before", "")
    inventory = look.parts.inventory
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        places = await transaction.all(QUERIES["sites"])
        people = await transaction.all(QUERIES["people"])
        try:
            found = await transaction.all(
                QUERIES["incidents_found"],
                **asked(said, inventory),
                **vars(Cursor.of(before)),
                unit=look.asker.unit,
                most=MOST + 1,
            )
        except UnreadableError:
            found = []
    shown, more = found[:MOST], found[MOST:]
    here = {**said, **({"before": before} if _CURSOR.fullmatch(before) else {})}
    return View(
        partial="search.html",
        title=look.words("search.title"),
        address=_address(here),
        values={
            "said": said,
            "places": _sorted(look.words, places),
            "people": people,
            "kinds": _titles(look.words, inventory),
            "states": STATES,
            "found": shown,
            "later": _address(said) if "before" in here else None,
            "older": _older(said, shown) if more else None,
        },
        homes=homes_of(shown),
    )


def _address(query: Mapping[str, str]) -> str:
    return "/incidents" + (f"?{urlencode(query)}" if query else "")


def _older(said: Mapping[str, str], shown: Sequence[Row]) -> str:
    last = shown[-1]
    cursor = str(Cursor(last["opened"], last["incident"]))
    return _address({**said, "before": cursor})


def _sorted(words: Words, places: Iterable[Row]) -> list[tuple[str, str]]:
    named = [(row["site"], words.place(row["kit"], row["name"])) for row in places]
    return sorted(named, key=lambda each: each[1])


def _titles(words: Words, inventory: Inventory) -> list[tuple[str, str]]:
    titles = [
        (rule, words.text(inventory.rules[rule].title.model_dump()))
        for rule in kinds(inventory)
    ]
    return sorted(titles, key=lambda each: each[1])


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableError(text) from None


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(HOME_ZONE))
