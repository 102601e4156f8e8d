"""What people do: the forms about an incident or a task, and what each refuses."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from collector.database import Transaction
from collector.incident import life
from collector.incident.errors import (
    AlreadyResolvedError,
    AlreadyTakenError,
    IncidentError,
    IncidentUnknownError,
    NobodyThereError,
    SentenceError,
    StepNotYoursError,
    StepsDueError,
    StepUnknownError,
)
from collector.keep.audit import Entry
from dashboard.asker import Asker
from dashboard.errors import (
    FieldError,
    NotFoundError,
    PageError,
    TooLateError,
)
from dashboard.form import Fields, form
from dashboard.home import home_view
from dashboard.incident import OUTCOMES, ROLES_TO, incident_view
from dashboard.language import Words
from dashboard.number import Number
from dashboard.page import QUERIES, Look, View, acted
from dashboard.parts import signed_in
from dashboard.proof import require_proof
from dashboard.right import review
from dashboard.todo import todo_view
from dashboard.upkeep import set_aside
from dashboard.watch import see

SENSOR = re.compile(r"[0-9]{1,5}")
routes = APIRouter()
Someone = Annotated[Asker, Depends(signed_in)]
Form = Annotated[Fields, Depends(form)]


@routes.post("/incident/{incident}/take")
async def take(
    request: Request, asker: Someone, fields: Form, incident: Number
) -> Response:
    """Take an incident; from the unit page one stays there."""
    look = Look.of(request, asker)
    async with _acting(look, incident) as transaction:
        await life.take(transaction, incident, look.now)
    if fields.maybe("from") == "home":
        return await acted(look, await home_view(look))
    return await acted(look, await incident_view(look, incident))


@routes.post("/incident/{incident}/hand-over")
async def hand_over(
    request: Request, asker: Someone, fields: Form, incident: Number
) -> Response:
    """Hand an incident over to a role or to a colleague."""
    look = Look.of(request, asker)
    to = _receiver(fields.word("to"))
    async with _acting(look, incident) as transaction:
        await life.hand_over(transaction, incident, to, look.now)
    return await _incident_or_home(look, incident)


@routes.post("/incident/{incident}/hold")
async def hold(
    request: Request, asker: Someone, _fields: Form, incident: Number
) -> Response:
    """Say that one is still on it."""
    look = Look.of(request, asker)
    async with _acting(look, incident) as transaction:
        await life.hold(transaction, incident, look.now)
    return await acted(look, await incident_view(look, incident))


@routes.post("/incident/{incident}/tick")
async def tick(
    request: Request, asker: Someone, fields: Form, incident: Number
) -> Response:
    """Tick a step off."""
    look = Look.of(request, asker)
    step = fields.word("step")
    async with _acting(look, incident) as transaction:
        await life.tick_step(transaction, incident, step, look.now)
    return await acted(look, await incident_view(look, incident))


@routes.post("/incident/{incident}/untick")
async def untick(
    request: Request, asker: Someone, fields: Form, incident: Number
) -> Response:
    """Take back that a step was done."""
    look = Look.of(request, asker)
    step = fields.word("step")
    async with _acting(look, incident) as transaction:
        await life.untick_step(transaction, incident, step, look.now)
    return await acted(look, await incident_view(look, incident))


@routes.post("/incident/{incident}/resolve")
async def resolve(
    request: Request, asker: Someone, fields: Form, incident: Number
) -> Response:
    """Close an incident with its outcome and a sentence."""
    look = Look.of(request, asker)
    outcome = _outcome(fields.maybe("outcome"))
    sentence = fields.text("sentence")
    await _require_proof(look, incident)
    async with _acting(look, incident) as transaction:
        await life.resolve(transaction, incident, outcome, sentence, look.now)
    return await _incident_or_home(look, incident)


async def _require_proof(look: Look, incident: int) -> None:
    # Closing a top priority silences it for everybody: whose hand is it?
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await transaction.maybe(QUERIES["incident_priority"], incident=incident)
    if row is not None and row["priority"] == "urgent":
        await require_proof(look.parts, look.asker)


@routes.post("/task/aside")
async def task_aside(request: Request, asker: Someone, fields: Form) -> Response:
    """Set aside what a device asked for: it was done, or is not wanted."""
    look = Look.of(request, asker)
    record = {"kind": fields.word("kind"), "at": _moment(fields.word("at"))}
    await set_aside(look, fields.word("device"), _number(fields.word("sensor")), record)
    view = todo_view if fields.maybe("from") == "todo" else home_view
    return await acted(look, await view(look))


@routes.post("/lapsed")
async def lapsed_seen(request: Request, asker: Someone, fields: Form) -> Response:
    """Know that a colleague's sign-in ran out; every page of the unit is told."""
    look = Look.of(request, asker)
    role = fields.word("role")
    seen = Entry("change", "session:lapsed", unit=asker.unit, reason=role)
    async with look.acting(seen) as transaction:
        row = await transaction.one(QUERIES["lapsed_notice"], role=role)
        if not row["noticed"]:
            raise NotFoundError
        await transaction.notify("site", f"{asker.unit} 0")
    return await acted(look, await home_view(look))


@routes.post("/attention/{attention}/seen")
async def attention_seen(
    request: Request, asker: Someone, _fields: Form, attention: Number
) -> Response:
    """Note that the auditor or the administrator has seen what he must know."""
    look = Look.of(request, asker)
    await see(look, attention)
    return await acted(look, await home_view(look))


@routes.post("/rights/reviewed")
async def rights_reviewed(
    request: Request, asker: Someone, fields: Form
) -> RedirectResponse:
    """Note that the rights of a unit's people were found to be right."""
    look = Look.of(request, asker)
    await review(look, fields.word("unit"), fields.maybe("seen"))
    return RedirectResponse("/rights", status_code=303)


async def _incident_or_home(look: Look, incident: int) -> Response:
    # The control room does not see an incident any more that it gave away or closed.
    try:
        view: View = await incident_view(look, incident)
    except NotFoundError:
        view = await home_view(look)
    return await acted(look, view)


@asynccontextmanager
async def _acting(look: Look, incident: int) -> AsyncIterator[Transaction]:
    """Open the asker's transaction and say refusals in the asker's language."""
    verb = look.request.url.path.rpartition("/")[2]
    entry = Entry("change", f"incident:{incident}", reason=verb)
    try:
        async with look.acting(entry) as transaction:
            yield transaction
    except IncidentError as error:
        raise refusal(error, look.words) from None


def refusal(error: IncidentError, words: Words) -> PageError:
    """Give the page's words for why an incident does not change."""
    told = _REFUSALS.get(type(error))
    return told(error, words) if told else FieldError()


def _taken(error: Any, words: Words) -> PageError:
    who = words(f"role.{error.role}") if error.role else error.by
    return TooLateError("refused.taken", who=who)


def _due(error: Any, words: Words) -> PageError:
    steps = "; ".join(words.text(step.text) for step in error.steps)
    return TooLateError("refused.steps_due", steps=steps)


def _not_yours(error: Any, words: Words) -> PageError:
    return FieldError("refused.step_not_yours", role=words(f"role.{error.role}"))


_REFUSALS: dict[type[IncidentError], Callable[[Any, Words], PageError]] = {
    IncidentUnknownError: lambda _error, _words: NotFoundError(),
    StepUnknownError: lambda _error, _words: NotFoundError("refused.no_step"),
    AlreadyTakenError: _taken,
    AlreadyResolvedError: lambda _error, _words: TooLateError("refused.resolved"),
    StepsDueError: _due,
    StepNotYoursError: _not_yours,
    NobodyThereError: lambda _error, _words: FieldError("refused.nobody_there"),
    SentenceError: lambda error, _words: FieldError(
        "refused.sentence", most=str(error.most)
    ),
}


def _moment(given: str) -> datetime:
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise FieldError from None
    if at.tzinfo is None:
        raise FieldError
    return at


def _number(given: str) -> int:
    if not SENSOR.fullmatch(given):
        raise FieldError
    return int(given)


def _receiver(to: str) -> life.ToRole | life.ToPerson:
    sort, _, who = to.partition(":")
    if sort == "person" and who:
        return life.ToPerson(who)
    for role in ROLES_TO:
        if (sort, who) == ("role", role):
            return life.ToRole(role)
    raise FieldError("refused.nobody_there")


def _outcome(given: str) -> life.Outcome:
    for outcome in OUTCOMES:
        if given == outcome:
            return outcome
    raise FieldError("refused.outcome")
