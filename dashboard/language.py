"""Every word on a screen: Dutch and English catalogues, times, spans."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
HOME_ZONE = "Europe/Amsterdam"

_HERE = Path(__file__).parent / "locale"
_MINUTE = 60
_HOUR = 3600
_DAY = 86_400


class WordMissingError(KeyError):
    """A template asks for words that no catalogue has."""


@cache
def catalogue(language: Language) -> gettext.GNUTranslations:
    """Read one catalogue of the repository; nothing has to be compiled before."""
    with (_HERE / language / "LC_MESSAGES" / "dashboard.po").open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def chosen(wish: str | None, otherwise: str) -> Language:
    """Give the language that was wished for, else the other, else Dutch."""
    for each in (wish, otherwise):
        for language in LANGUAGES:
            if each == language:
                return language
    return LANGUAGES[0]


@dataclass(frozen=True)
class Words:
    """The words of one language; `w("unit.open")` in a template.

    Times are given aware and shown in the zone of the place that they are about.
    """

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Give the sentence of a key, with its values filled in."""
        found = catalogue(self.language).gettext(key)
        if found == key:
            raise WordMissingError(key)
        return found.format(**values) if values else found

    def known(self, group: str, word: str) -> str:
        """Give the word of a group, or that group's word for what is unknown.

        For what a newer collector may have stored: a page never breaks on it.
        """
        found = catalogue(self.language).gettext(f"{group}.{word}")
        return self(f"{group}.unknown") if found == f"{group}.{word}" else found

    def count(self, key: str, number: int, **values: object) -> str:
        """Give the sentence for so many."""
        found = catalogue(self.language).ngettext(key, key, number)
        if found == key:
            raise WordMissingError(key)
        return found.format(number=number, **values)

    def text(self, both: Mapping[str, str] | None) -> str:
        """Give an inventory's own text in this language."""
        return "" if both is None else both[self.language]

    def place(self, kit: str | None, name: Mapping[str, str] | None) -> str:
        """Give a place's name, or its kit number: a home has no other name."""
        if kit:
            return self("place.kit", kit=kit)
        return self.text(name) or self("place.unnamed")

    def clock(self, at: datetime, zone: str = HOME_ZONE) -> str:
        """Give the time of day, as 02:47."""
        return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"

    def second(self, at: datetime, zone: str = HOME_ZONE) -> str:
        """Give the time of day to the second, as 02:47:10."""
        return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"

    def own(self, said: datetime, at: datetime, zone: str = HOME_ZONE) -> str:
        """Give the time that a device said, with its day where that is another one."""
        place = ZoneInfo(zone)
        day = said.astimezone(place).date()
        clock = self.second(said, zone)
        if day == at.astimezone(place).date():
            return clock
        return f"{format_date(day, 'd MMM y', locale=self.language)} {clock}"

    def moment(self, at: datetime, now: datetime, zone: str = HOME_ZONE) -> str:
        """Give the time, with its day unless that is today."""
        day, today = (each.astimezone(ZoneInfo(zone)).date() for each in (at, now))
        clock = self.clock(at, zone)
        if day == today:
            return clock
        if day == today - timedelta(days=1):
            return self("time.yesterday", clock=clock)
        return f"{format_date(day, 'd MMM', locale=self.language)} {clock}"

    def date(self, at: datetime, zone: str = HOME_ZONE) -> str:
        """Give the day with its year, as 22 nov 2026."""
        local = at.astimezone(ZoneInfo(zone)).date()
        return format_date(local, "d MMM y", locale=self.language)

    def weekday(self, at: datetime, zone: str = HOME_ZONE) -> str:
        """Give the day of the week with the time, as di 24 nov 08:00."""
        local = at.astimezone(ZoneInfo(zone))
        day = format_date(local.date(), "EEE d MMM", locale=self.language)
        return f"{day} {local:%H:%M}"

    def day(self, at: datetime, zone: str = HOME_ZONE) -> str:
        """Give the day in words, as 22 november."""
        local = at.astimezone(ZoneInfo(zone)).date()
        return format_date(local, "d MMMM", locale=self.language)

    def span(self, length: timedelta) -> str:
        """Give a length of time in its two largest units, as 6 min 3 s."""
        seconds = max(0, int(length.total_seconds()))
        if seconds < _MINUTE:
            return self("time.s", s=seconds)
        if seconds < _HOUR:
            return self("time.min_s", min=seconds // _MINUTE, s=seconds % _MINUTE)
        if seconds < _DAY:
            return self(
                "time.h_min", h=seconds // _HOUR, min=seconds % _HOUR // _MINUTE
            )
        return self("time.d_h", d=seconds // _DAY, h=seconds % _DAY // _HOUR)

    def counter(self, length: timedelta) -> str:
        """Give a running time as on a stop-watch, as 6:03 or 1:06:03."""
        seconds = max(0, int(length.total_seconds()))
        minutes, rest = divmod(seconds, _MINUTE)
        hours, minutes = divmod(minutes, _MINUTE)
        if hours:
            return f"{hours}:{minutes:02}:{rest:02}"
        return f"{minutes}:{rest:02}"
