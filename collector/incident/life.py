"""What people do with an incident: take, hand over, tick off, resolve.

Each function works inside a transaction of the dashboard's role that says who is
asking (`database.transaction(asker=...)`): the walls of the database decide what they
may act on, and the log names them. When the caller commits, channel `incident` is
notified with `<unit> <incident>`.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from collector.database import Transaction
from collector.incident.errors import (
    AlreadyResolvedError,
    AlreadyTakenError,
    DueStep,
    IncidentUnknownError,
    NobodyThereError,
    SentenceError,
    StepNotYoursError,
    StepsDueError,
    StepUnknownError,
)
from collector.query import Queries

Outcome = Literal["real", "false", "nuisance", "exercise", "test"]
HandOverRole = Literal["coordinator", "deputy", "desk", "control_room"]

SENTENCE_MOST = 500  # characters; a constraint of the store as well
_OF_THE_UNIT = frozenset({"coordinator", "deputy", "desk"})
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class ToRole:
    """Hand over to whoever of this role takes it first."""

    role: HandOverRole


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Hand over to one colleague of the unit: coordinator, deputy or desk."""

    person: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident as the asker found it, locked until the transaction ends."""

    incident: int
    unit: str
    state: Literal["open", "acknowledged", "resolved"]
    owner: str | None
    acknowledged: datetime | None
    resolved: datetime | None
    to_control_room: bool
    asker: str
    asker_role: str
    owner_role: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Who has the incident, since when."""

    incident: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticked:
    """Who did a step and when; the first one, where two ticked it off."""

    incident: int
    step: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Step:
    step: str
    role: str
    done: datetime | None
    done_by: str | None


def may_tick(role: str, step_role: str, *, to_control_room: bool) -> bool:
    """Tell whether somebody of `role` may tick off a step that is for `step_role`.

    Everybody their own. Coordinator, deputy and desk each other's too, and those of
    roles that do not see incidents. While the control room has the incident, its
    steps are its own: nobody else can know that they were done.
    """
    if role == step_role:
        return True
    if role not in _OF_THE_UNIT:
        return False
    return step_role != "control_room" or not to_control_room


async def take(transaction: Transaction, incident: int, now: datetime) -> Taken:
    """Make the asker the owner of an open incident, for a while; again changes nothing.

    For how long is the unit's policy; each step that the owner ticks or unticks draws
    it out, and `hold`. After that the collector gives it back.

    Raises:
        AlreadyTakenError: somebody else has it; says who.
        AlreadyResolvedError, IncidentUnknownError
    """
    won = await transaction.run(_QUERIES["take"], incident=incident, now=now)
    seen = await _standing(transaction, incident)
    if not won and seen.owner is None:
        # Given back between the two statements; from here on we hold its lock.
        won = await transaction.run(_QUERIES["take"], incident=incident, now=now)
    if won:
        await _log(transaction, seen, now, "acknowledged", owner_role=seen.asker_role)
    elif seen.owner is not None and seen.owner != seen.asker:
        raise AlreadyTakenError(
            incident, seen.owner, seen.owner_role, seen.acknowledged
        )
    return Taken(incident, seen.asker, (not won and seen.acknowledged) or now)


async def hand_over(
    transaction: Transaction, incident: int, to: ToRole | ToPerson, now: datetime
) -> None:
    """Give an incident to a role, where it waits to be taken, or to a colleague.

    What goes to the control room is seen there from now on, and stays seen when it
    comes back. Nobody has it until somebody takes it: so it sounds again.

    Raises:
        NobodyThereError: no such colleague in this unit.
        AlreadyResolvedError, IncidentUnknownError
    """
    seen = await _standing(transaction, incident)
    if isinstance(to, ToPerson):
        await _hand_to_person(transaction, seen, to.person, now)
        return
    await transaction.run(
        _QUERIES["hand_to_role"],
        incident=incident,
        to_control_room=to.role == "control_room",
        now=now,
    )
    await _log(transaction, seen, now, "handed_over", to_role=to.role)


async def hold(transaction: Transaction, incident: int, now: datetime) -> Taken:
    """Say that one is still on it: it stays one's own for a whole while from now.

    Where the time was over in that very moment and nobody took it, one takes it again.

    Raises:
        AlreadyTakenError: somebody else has it; says who.
        AlreadyResolvedError, IncidentUnknownError
    """
    seen = await _standing(transaction, incident)
    if seen.owner != seen.asker or seen.acknowledged is None:
        return await take(transaction, incident, now)
    await transaction.run(_QUERIES["hold"], incident=incident, now=now)
    await _log(transaction, seen, now, "held")
    return Taken(incident, seen.asker, seen.acknowledged)


async def tick_step(
    transaction: Transaction, incident: int, step: str, now: datetime
) -> Ticked:
    """Tick a step off; gives who did it first, where somebody was before.

    Raises:
        StepUnknownError, StepNotYoursError
        AlreadyResolvedError, IncidentUnknownError
    """
    seen = await _standing(transaction, incident)
    found = await _step_for(transaction, seen, step)
    if found.done is not None and found.done_by is not None:
        return Ticked(incident, step, found.done_by, found.done)
    await transaction.run(_QUERIES["step_tick"], incident=incident, step=step, now=now)
    await transaction.run(_QUERIES["hold"], incident=incident, now=now)
    await _log(transaction, seen, now, "step_done", step=step)
    return Ticked(incident, step, seen.asker, now)


async def untick_step(
    transaction: Transaction, incident: int, step: str, now: datetime
) -> None:
    """Take back that a step was done; where it was not, nothing changes.

    Raises:
        StepUnknownError, StepNotYoursError
        AlreadyResolvedError, IncidentUnknownError
    """
    seen = await _standing(transaction, incident)
    await _step_for(transaction, seen, step)
    if await transaction.run(_QUERIES["step_untick"], incident=incident, step=step):
        await transaction.run(_QUERIES["hold"], incident=incident, now=now)
        await _log(transaction, seen, now, "step_undone", step=step)


async def resolve(
    transaction: Transaction,
    incident: int,
    outcome: Outcome,
    sentence: str,
    now: datetime,
) -> None:
    """Close an incident with its outcome and a sentence; never twice.

    Raises:
        StepsDueError: mandatory steps are open; names them.
        SentenceError: none, or too long.
        AlreadyResolvedError, IncidentUnknownError
    """
    seen = await _standing(transaction, incident)
    said = sentence.strip()
    if not 1 <= len(said) <= SENTENCE_MOST:
        raise SentenceError(incident, len(said), SENTENCE_MOST)
    due = await transaction.all(_QUERIES.of("steps_due", DueStep), incident=incident)
    if due:
        raise StepsDueError(incident, due)
    # The log first: once it is resolved the control room has no right to it any more.
    await _log(transaction, seen, now, "resolved", outcome=outcome)
    await transaction.run(
        _QUERIES["resolve"], incident=incident, outcome=outcome, sentence=said, now=now
    )


async def _hand_to_person(
    transaction: Transaction, seen: Seen, person: str, now: datetime
) -> None:
    colleague = await transaction.maybe(
        _QUERIES["colleague"], person=person, unit=seen.unit
    )
    if colleague is None:
        raise NobodyThereError(seen.incident, person)
    await transaction.run(
        _QUERIES["hand_to_person"], incident=seen.incident, person=person, now=now
    )
    role = str(colleague["role"])
    await _log(transaction, seen, now, "handed_over", to_person=person, owner_role=role)


async def _standing(transaction: Transaction, incident: int) -> Seen:
    seen = await transaction.maybe(_QUERIES.of("look", Seen), incident=incident)
    if seen is None:
        raise IncidentUnknownError(incident)
    if seen.resolved is not None:
        raise AlreadyResolvedError(incident, seen.resolved)
    return seen


async def _step_for(transaction: Transaction, seen: Seen, step: str) -> _Step:
    found = await transaction.maybe(
        _QUERIES.of("step_look", _Step), incident=seen.incident, step=step
    )
    if found is None:
        raise StepUnknownError(seen.incident, step)
    if not may_tick(seen.asker_role, found.role, to_control_room=seen.to_control_room):
        raise StepNotYoursError(seen.incident, step, found.role)
    return found


async def _log(
    transaction: Transaction, seen: Seen, now: datetime, what: str, **data: object
) -> None:
    await transaction.run(
        _QUERIES["act"],
        incident=seen.incident,
        unit=seen.unit,
        now=now,
        what=what,
        data={"role": seen.asker_role, **data},
    )
    await transaction.notify("incident", f"{seen.unit} {seen.incident}")
