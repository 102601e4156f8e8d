"""The incident page: what to do, what was seen, and what was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from collector.database import Transaction
from collector.incident.life import SENTENCE_MOST, HandOverRole, Outcome, may_tick
from dashboard.clip import clip_about
from dashboard.detail import detail
from dashboard.errors import NotFoundError
from dashboard.lanes import Frame, Lanes, draw
from dashboard.page import QUERIES, Look, View
from dashboard.strip import Stretch
from dashboard.unit import deaf_spans
from dashboard.verified import seen_again, verified

Row = Mapping[str, Any]

AROUND = timedelta(minutes=30)
SOON = timedelta(minutes=1)
NARROW, NARROW_LABEL = 540, 120  # units of drawing: half a page
OUTCOMES: tuple[Outcome, ...] = ("real", "false", "nuisance", "exercise", "test")
EXERCISE: Outcome = "exercise"
ROLES_TO: tuple[HandOverRole, ...] = ("coordinator", "deputy", "desk", "control_room")


@dataclass(frozen=True)
class Group:
    """The steps of one role."""

    role: str
    mine: bool
    steps: tuple[Row, ...]


@dataclass(frozen=True)
class Steps:
    """All steps of an incident: my role's group first."""

    groups: tuple[Group, ...]
    next: Row | None
    due: tuple[Row, ...]
    done: int
    number: int


async def incident_view(look: Look, incident: int) -> View:
    """Read everything that the page of one incident shows.

    Raises:
        NotFoundError: there is none, or the asker may not see it.
    """
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await transaction.maybe(QUERIES["incident"], incident=incident)
        if row is None:
            raise NotFoundError
        values = await _values(transaction, look, row)
    title = look.words.text(row["title"])
    mark = f"{look.words('exercise.mark')}: " if row["exercise"] else ""
    if values["verified"] == "seen_again":
        title = look.words("incident.was", title=title)
    where = look.words.place(row["kit"], row["site_name"])
    return View(
        partial="incident.html",
        title=f"{mark}{where}: {title}",
        address=f"/incident/{incident}",
        values={"i": row, "where": where, "what": title, **values},
        zone=row["time_zone"],
    )


async def card_view(look: Look, incident: int) -> View:
    """Read what whoever takes an incident over has to know, on one sheet.

    Raises:
        NotFoundError: as above.
    """
    view = await incident_view(look, incident)
    return replace(
        view,
        partial="card.html",
        title=f"{look.words('card.title')} {incident}",
        address=f"{view.address}/card",
    )


async def _values(transaction: Transaction, look: Look, row: Row) -> dict[str, Any]:
    incident = row["incident"]
    records = await transaction.all(QUERIES["incident_records"], incident=incident)
    steps = await transaction.all(QUERIES["incident_steps"], incident=incident)
    log = await transaction.all(QUERIES["incident_log"], incident=incident)
    deaf = await transaction.all(QUERIES["incident_deaf"], incident=incident)
    zones = await transaction.all(QUERIES["zones"], site=row["site"])
    again = seen_again(row["last_kinds"], row["last_at"])
    colleagues = await transaction.all(QUERIES["colleagues"], person=look.asker.person)
    return {
        "steps": sort_steps(steps, row, look.asker.role),
        "step_texts": {step["step"]: step["text"] for step in steps},
        "records": [
            {**each, "detail": detail(look.words, each["kind"], each["data"])}
            for each in records
        ],
        "again": again,
        "verified": verified(
            [record["kind"] for record in records], _witnesses(records), again
        ),
        "second_after": _second_after(records),
        "picture": await _picture(transaction, records),
        "clip": await clip_about(transaction, row["site"], records),
        "log": _with_deaf(log, deaf),
        "zones": {zone["number"]: zone for zone in zones},
        "lanes": await _around(transaction, look.now, row, records, zones),
        "colleagues": colleagues,
        "roles_to": [role for role in ROLES_TO if role != look.asker.role],
        "outcomes": (EXERCISE,) if row["exercise"] else OUTCOMES,
        "sentence_most": SENTENCE_MOST,
    }


def _with_deaf(log: Sequence[Row], deaf: Iterable[Row]) -> list[Row]:
    """Put in when we did not listen, before what was decided after it."""
    lines: list[Row] = [
        {"at": each["until"], "what": "deaf", "person": None, "data": each}
        for each in deaf
    ]
    return sorted([*lines, *log], key=lambda entry: entry["at"])


def sort_steps(steps: Sequence[Row], incident: Row, role: str) -> Steps:
    """Put my role's steps first, and find what comes next and what is still due.

    A role for which the playbook has no step stands in for the first role that it may
    tick for.
    """
    groups: dict[str, list[Row]] = {}
    for step in steps:
        may = incident["state"] != "resolved" and may_tick(
            role, step["role"], to_control_room=incident["to_control_room"]
        )
        groups.setdefault(step["role"], []).append({**step, "may": may})
    mine = role if role in groups else _stand_in(groups)
    ordered = sorted(groups, key=lambda each: each != mine)
    flat = [step for each in ordered for step in groups[each]]
    left = [step for step in flat if step["done"] is None]
    own = [step for step in left if step["role"] == mine]
    return Steps(
        groups=tuple(
            Group(each, each == mine, tuple(groups[each])) for each in ordered
        ),
        next=None
        if incident["state"] == "resolved"
        else next(iter([*own, *(step for step in left if step["mandatory"])]), None),
        due=tuple(step for step in left if step["mandatory"]),
        done=len(flat) - len(left),
        number=len(flat),
    )


def _stand_in(groups: Mapping[str, Sequence[Row]]) -> str | None:
    return next(
        (role for role, steps in groups.items() if any(step["may"] for step in steps)),
        None,
    )


def _witnesses(records: Iterable[Row]) -> int:
    return len({(record["device"], record["sensor"]) for record in records})


def _second_after(records: Sequence[Row]) -> timedelta | None:
    """How long after the first record another sensor spoke."""
    for record in records[1:]:
        first = records[0]
        if (record["device"], record["sensor"]) != (first["device"], first["sensor"]):
            after: timedelta = record["at"] - first["at"]
            return after
    return None


async def _picture(transaction: Transaction, records: Iterable[Row]) -> Row | None:
    """Give the first record whose picture is whole, and may be seen."""
    wanted = {
        (record["data"]["picture"], record["device"]): record
        for record in reversed(list(records))
        if record["data"].get("picture")
    }
    digests = [digest for digest, _ in wanted]
    whole = await transaction.all(QUERIES["pictures_of"], digests=digests)
    sent = {(row["digest"], row["device"]) for row in whole}
    found = [record for name, record in wanted.items() if name in sent]
    return min(found, key=lambda record: record["at"], default=None)


async def _around(
    transaction: Transaction,
    now: datetime,
    row: Row,
    records: Sequence[Row],
    zones: Sequence[Row],
) -> Lanes | None:
    """Draw what happened around the beginning; of a kit nothing is known besides."""
    if row["site_kind"] != "station":
        return None
    occurred: datetime = row["occurred"]
    until = min(occurred + AROUND, max(now, occurred + SOON))
    stretch = Stretch(occurred - AROUND, until, NARROW)
    raw = await transaction.all(
        QUERIES["site_events"],
        site=row["site"],
        since=stretch.since,
        until=stretch.until,
    )
    events = raw or records  # the raw rows of an old incident are gone
    if not events:
        return None
    deaf = await deaf_spans(transaction, stretch)
    return draw(
        events,
        [zone["number"] for zone in zones],
        (),
        Frame(stretch, row["time_zone"], occurred, NARROW_LABEL, deaf),
    )
