"""Puts a message into words: what to do now, since when, who is on it.

A letter may be read on a locked screen by whoever stands near. It holds a number
instead of a place, a role instead of a name, and a link that asks who is looking.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from collector.notify.channel import Letter
from collector.notify.short import assemble
from sites.words import Priority

LANGUAGES = ("nl", "en")
_WORDS = Path(__file__).parent / "words"
_PART_OF_NAME = 4  # letters; shorter parts of a name are words of their own
_NO_NAME = frozenset(
    {"bureau", "district", "eenheid", "politie", "police", "station", "unit"}
)


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose turn it is, with its incident as it is at this moment.

    `reason` is `opened`, `raised`, `silenced`, `confirmed`, `ended` (by itself), or one
    of `handed_over`, `escalated`, `lapsed`, `shift_changed` with `-` and which one.
    `step` is the first step of the person's role that is not done, by language. `names`
    are the words that no letter may hold, `filled` those of them that a playbook may
    have named. `while_blind`: it happened while a device was down. `paused`: it is told
    later than usual, because we did not hear everything ourselves. `told_before`: a
    message about this incident went out to the person. `goes_on_in`: the incident in
    which one that ended goes on.
    """

    message: int
    incident: int
    unit: str
    person: str
    role: str
    language: str
    tell: str | None = field(repr=False)
    removed: bool
    channel: str
    reason: str
    made: datetime
    tries: int
    lease: datetime
    state: Literal["open", "acknowledged", "resolved"]
    priority: Priority
    silent: bool
    exercise: bool
    confirmed: bool
    while_blind: bool
    paused: bool
    told_before: bool
    goes_on_in: int | None
    occurred: datetime
    time_zone: str
    owner: str | None
    owner_role: str | None
    step: Mapping[str, str] | None
    names: list[str | None] = field(repr=False)
    filled: list[str | None] = field(repr=False)

    @property
    def is_of_end(self) -> bool:
        """Whether it says that nothing is left to do."""
        return self.reason == "ended"


def write(due: Due, to: str, base_url: str) -> Letter:
    """Write the letter of a message; `base_url` is where the dashboard is."""
    words = words_in(due.language)
    urgent = due.priority == "urgent" and not due.is_of_end
    priority = words["priority"]["notice" if due.is_of_end else due.priority]
    subjects: dict[str, str] = words["subject"]
    # A reason of a later version must not stop the line: it is told as an opening.
    subject = subjects.get(due.reason.partition("-")[0], subjects["opened"])
    link = f"{base_url.rstrip('/')}/incident/{due.incident}"
    lines = [*_lines(due, words), words["line"]["link"].format(link=link)]
    text = "\n\n".join([*lines, words["line"]["foot"]]) + "\n"
    mark = words["exercise"] + " " if due.exercise else ""
    return Letter(
        due.message,
        to,
        mark + subject.format(priority=priority, incident=due.incident),
        text,
        urgent,
        _short(due, words, mark + priority, link),
        link,
    )


def _short(due: Due, words: dict[str, Any], priority: str, link: str) -> str:
    said = words["short"]
    news = said["news"].get(due.reason.partition("-")[0], said["news"]["opened"])
    begin = said["begin"].format(priority=priority, incident=due.incident, news=news)
    end = said["end"].format(link=link)
    if due.silent:
        begin = f"{begin} {said['silent']}"
    if due.is_of_end:
        goes_on = due.goes_on_in and said["goes_on"].format(incident=due.goes_on_in)
        return assemble(begin, None, goes_on or said["nothing"], end)
    since = _clock(due, words, due.occurred, said["time"])
    end = f"{said['since'].format(since=since)} {_who_is_on_it(due, words, said)} {end}"
    step = _step(due)
    do = step and said["do"].format(step=step.rstrip(".!"))
    return assemble(begin, do, said["do_look"], end)


@cache
def words_in(language: str) -> dict[str, Any]:
    """Give the words of a language; Dutch where we do not speak it."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    with (_WORDS / f"{known}.toml").open("rb") as file:
        return tomllib.load(file)


def gives_away(text: str, names: list[str | None]) -> bool:
    """Tell whether a text holds one of these names, or a telling part of one."""
    parts = {part for name in names if name for part in _parts(name)}
    return any(
        re.search(rf"\b{re.escape(part)}\b", text, re.IGNORECASE) for part in parts
    )


def _parts(name: str) -> Iterator[str]:
    yield name
    for part in re.findall(r"\w+", name):
        if len(part) >= _PART_OF_NAME and part.casefold() not in _NO_NAME:
            yield part


def _lines(due: Due, words: dict[str, Any]) -> Iterator[str]:
    line = words["line"]
    if due.exercise:
        yield line["exercise"]
    yield _end(due, line) if due.is_of_end else _what_to_do(due, line)
    if due.silent:
        yield line["silent"]
    if due.is_of_end:
        since, until = _clock(due, words, due.occurred), _clock(due, words, due.made)
        yield line["since_until"].format(since=since, until=until)
        return
    for known in ("confirmed", "while_blind", "paused"):
        if getattr(due, known):
            yield line[known]
    yield line["since"].format(since=_clock(due, words, due.occurred))
    yield _who_is_on_it(due, words)


def _clock(
    due: Due, words: dict[str, Any], at: datetime, form: str | None = None
) -> str:
    return at.astimezone(ZoneInfo(due.time_zone)).strftime(form or words["time"])


def _end(due: Due, line: dict[str, str]) -> str:
    if due.goes_on_in is None:
        return line["ended"]
    return line["goes_on"].format(incident=due.goes_on_in)


def _what_to_do(due: Due, line: dict[str, str]) -> str:
    step = _step(due)
    return line["do"].format(step=step) if step else line["do_look"]


def _step(due: Due) -> str | None:
    step = (due.step or {}).get(due.language)
    if not step:
        return None
    # What the playbook filled in for the page is not for a locked screen.
    line: dict[str, str] = words_in(due.language)["line"]
    for name in filter(None, due.filled):
        said = re.escape(name)
        step = re.sub(rf"\bkit {said}\b", line["here"], step)
        word = "the_number" if re.search(r"\d", name) else "here"
        step = re.sub(rf"\b{said}\b", line[word], step)
    return None if gives_away(step, due.names) else step


def _who_is_on_it(
    due: Due, words: dict[str, Any], line: dict[str, str] | None = None
) -> str:
    said: dict[str, str] = words["line"] if line is None else line
    if due.owner is None:
        return said["nobody"]
    if due.owner == due.person:
        return said["you"]
    role = words["role"].get(due.owner_role, due.owner_role)
    return said["somebody"].format(role=role)
