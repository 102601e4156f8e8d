"""What happens where nobody takes an incident, or its owner does nothing about it.

Each function does one thing in a transaction of the caller: what it does is committed
with the messages about it or not at all. Rows are taken with `skip locked`, so any
number of collectors may do this side by side, and whoever dies leaves nothing half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from collector.database import Transaction, jsonb
from collector.incident.rota import Rota
from collector.incident.telling import News, tell
from collector.query import Queries
from sites.escalation import EscalationStep, Told
from sites.inventory import Inventory
from sites.policy import Policy
from sites.roster import Duty
from sites.words import Role

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class _Waiting:
    incident: int
    unit: str
    priority: str
    round: int
    waits_since: datetime


@dataclass(frozen=True, slots=True)
class _Step:
    incident: int
    unit: str
    round: int
    step: int
    tells: list[Told]
    due: datetime


@dataclass(frozen=True, slots=True)
class _Lapsed:
    incident: int
    unit: str
    round: int
    owner: str
    role: str | None


@dataclass(frozen=True, slots=True)
class _Taken:
    incident: int
    unit: str
    owner: str
    taken: datetime


@dataclass(frozen=True, slots=True)
class _Begun:
    incident: int
    unit: str
    first: str
    since: datetime


async def begin(
    transaction: Transaction, inventory: Inventory, incident: int | None = None
) -> int:
    """Put the steps down of incidents that wait and have none; give how many wait.

    One incident, in the transaction that opens it, or all that there are.
    """
    waiting = await transaction.all(
        _QUERIES.of("rounds_to_begin", _Waiting), incident=incident
    )
    for one in waiting:
        policy = _policy(inventory, one.unit)
        await transaction.many(
            _QUERIES["round_begin"],
            [
                {
                    "incident": one.incident,
                    "round": one.round,
                    "step": number,
                    "unit": one.unit,
                    "tells": list(step.tells),
                    "due": one.waits_since + after,
                }
                for number, (after, step) in enumerate(_steps(policy, one.priority), 1)
            ],
        )
    return len(waiting)


async def escalate(
    transaction: Transaction, inventory: Inventory, now: datetime
) -> bool:
    """Do the next step that is due; False where none is."""
    step = await transaction.maybe(_QUERIES.of("escalate", _Step), now=now)
    if step is None:
        return False
    rota = await Rota.read(transaction, inventory, now)
    roles, people = whom(step.tells, rota.at(step.unit, now))
    if "control_room" in roles:
        await transaction.run(
            _QUERIES["to_control_room"], incident=step.incident, now=now
        )
    data = {"round": step.round, "step": step.step, "tells": list(step.tells)}
    await _note(transaction, step, now, "escalated", data)
    reason = f"escalated-{step.round}-{step.step}"
    news = News(step.incident, step.unit, reason, roles, people)
    await tell(transaction, news, now)
    late = (now - step.due).total_seconds()
    log.warning("incident.escalated", incident=step.incident, late_s=round(late, 1))
    return True


async def lapse(transaction: Transaction, inventory: Inventory, now: datetime) -> bool:
    """Take the next incident back from who did nothing about it; False: none is."""
    gone = await transaction.maybe(_QUERIES.of("lapse", _Lapsed), now=now)
    if gone is None:
        return False
    data = {"from_person": gone.owner, "from_role": gone.role, "round": gone.round}
    await _note(transaction, gone, now, "lapsed", data)
    rota = await Rota.read(transaction, inventory, now)
    roles, people = whom(("on_duty",), rota.at(gone.unit, now))
    everybody = tuple(dict.fromkeys((*people, gone.owner)))
    news = News(gone.incident, gone.unit, f"lapsed-{gone.round}", roles, everybody)
    await tell(transaction, news, now)
    await begin(transaction, inventory, gone.incident)
    log.warning("incident.lapsed", incident=gone.incident)
    return True


async def change_shift(
    transaction: Transaction, inventory: Inventory, now: datetime
) -> int:
    """Give the incidents of who went off duty to who came on; give how many.

    It follows from who is on duty now and was when it was taken, so that a shift change
    that nobody was there to see is made up for. Who comes on is told of what waits.
    """
    rota = await Rota.read(transaction, inventory, now)
    given = await _tell_who_came_on(transaction, rota, now)
    for one in await transaction.all(_QUERIES.of("taken", _Taken)):
        to = rota.heir(one.unit, one.owner, one.taken, now)
        if to is not None:
            given += await _hand_on(transaction, one, to, now)
    return given


def whom(
    tells: Sequence[Told], duty: Duty | None
) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """Give the roles and the people who are meant.

    Without a roster the desk is on duty and the deputy stands in; the deputy does too
    where whoever stands in had to come in first himself.
    """
    roles: dict[Role, None] = {}
    people: dict[str, None] = {}
    for told in tells:
        if told == "on_duty":
            _either(people, duty and duty.first, roles, "desk")
        elif told == "stand_in":
            _either(people, duty and duty.stand_in, roles, "deputy")
        else:
            roles[told] = None
    return tuple(roles), tuple(people)


def _either(
    people: dict[str, None], person: str | None, roles: dict[Role, None], role: Role
) -> None:
    if person is None:
        roles[role] = None
    else:
        people[person] = None


def _steps(policy: Policy, priority: str) -> list[tuple[timedelta, EscalationStep]]:
    urgent = priority == "urgent"
    deadline = policy.take_urgent_s if urgent else policy.take_attention_s
    steps = policy.escalation.urgent if urgent else policy.escalation.attention
    return [(timedelta(seconds=deadline + one.after_s), one) for one in steps]


def _policy(inventory: Inventory, unit: str) -> Policy:
    # A unit that went from the inventory keeps its incidents.
    known = unit in inventory.units
    return inventory.policy_of(unit) if known else inventory.policy


async def _hand_on(
    transaction: Transaction, one: _Taken, to: str, now: datetime
) -> int:
    given = await transaction.maybe(
        _QUERIES["shift_change"],
        incident=one.incident,
        owner=one.owner,
        taken=one.taken,
        heir=to,
        now=now,
    )
    if given is None:
        return 0  # somebody was first, or who came on is not known here
    data = {"from_person": one.owner, "to_person": to, "owner_role": given["role"]}
    await _note(transaction, one, now, "shift_changed", data)
    reason = f"shift_changed-{now:%Y%m%d%H%M%S}"
    await tell(transaction, News(one.incident, one.unit, reason, (), (to,)), now)
    return 1


async def _tell_who_came_on(transaction: Transaction, rota: Rota, now: datetime) -> int:
    duties = [
        {"unit": unit, "first": duty.first, "since": duty.since.isoformat()}
        for unit, duty in rota.all(now)
    ]
    begun = await transaction.all(
        _QUERIES.of("shift_begun", _Begun), duties=jsonb(duties)
    )
    for one in begun:
        since = one.since.isoformat()
        data = {"to_person": one.first, "since": since}
        await _note(transaction, one, now, "shift_changed", data)
        reason = f"shift_begun-{one.since:%Y%m%d%H%M%S}"
        news = News(one.incident, one.unit, reason, (), (one.first,))
        await tell(transaction, news, now)
    return len(begun)


async def _note(
    transaction: Transaction,
    about: _Step | _Lapsed | _Taken | _Begun,
    now: datetime,
    what: str,
    data: Mapping[str, object],
) -> None:
    await transaction.run(
        _QUERIES["log"],
        incident=about.incident,
        unit=about.unit,
        now=now,
        what=what,
        data=dict(data),
    )
    await transaction.notify("incident", f"{about.unit} {about.incident}")
