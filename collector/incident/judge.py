"""Applies the rules to newly stored records, inside the transaction that stores them.

The caller holds the locks of the sites, so nobody else decides about them meanwhile;
the unique index on site and cause is the second guard. What happens here is committed
with the records or not at all.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import structlog

from collector.database import Transaction, jsonb
from collector.incident import telling
from collector.incident.rules import (
    Case,
    Join,
    Key,
    Open,
    Standing,
    decide,
    hush,
    kinds_with_rules,
    sort_out,
    steps_of,
)
from collector.intake.row import EventRow
from collector.query import Queries
from sites.inventory import Inventory
from sites.playbook import Playbook
from sites.words import Role

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


async def judge(
    transaction: Transaction,
    inventory: Inventory,
    rows: Iterable[EventRow],
    now: datetime,
) -> list[int]:
    """Open and join incidents for records that were really inserted just now.

    Gives the incidents that were opened or that records joined, in the order of site
    and cause. A batch that no rule speaks of costs no query. Each of those incidents
    is notified on channel `incident` as `<unit> <incident>` when the caller commits.
    """
    kinds = kinds_with_rules(inventory)
    wanted = [row for row in rows if row.kind in kinds]
    if not wanted:
        return []
    cases, nothing = sort_out(wanted, inventory)
    for left in nothing:
        log.info("rules.unmatched", count=len(left.records), reason=left.reason)
    if not cases:
        return []
    standing = await _standing(transaction, {case.site for case in cases})
    cases, others = hush(cases, standing.values())
    bench = _Bench(transaction, inventory, now)
    touched = [await bench.hear(case, standing.get(case.key)) for case in cases]
    for one in others:
        await bench.silence(one, _unit_of(one.site, cases))
    return [incident for incident in touched if incident is not None]


async def _standing(
    transaction: Transaction, sites: Iterable[str]
) -> Mapping[Key, Standing]:
    found = await transaction.all(
        _QUERIES.of("standing", Standing), sites=sorted(sites)
    )
    return {(one.site, one.cause): one for one in found}


def _unit_of(site: str, cases: Iterable[Case]) -> str:
    return next(case.unit for case in cases if case.site == site)


class _Bench:
    """Writes down what was decided, one case at a time."""

    def __init__(
        self, transaction: Transaction, inventory: Inventory, now: datetime
    ) -> None:
        self._transaction = transaction
        self._inventory = inventory
        self._now = now

    async def hear(self, case: Case, standing: Standing | None) -> int | None:
        while True:
            decision = decide(case, standing, self._inventory)
            if isinstance(decision, Join):
                return await self._join(decision)
            opened = await self._open(decision)
            if opened is not None:
                return opened
            # Somebody who does not hold our lock was first: decide again with his.
            standing = (await _standing(self._transaction, [case.site])).get(case.key)

    async def silence(self, standing: Standing, unit: str) -> None:
        """Take the steps away that ring, since somebody else there is in danger."""
        incident = standing.incident
        await self._transaction.run(
            _QUERIES["silence"], incident=incident, now=self._now
        )
        playbook = await self._playbook_of(standing)
        await self._deal(incident, unit, playbook, silent=True)
        await self._note(
            incident, unit, "joined", {"reason": "now_silent", "records": 0}
        )
        await self._tell(incident, unit, "silenced", ())

    async def _open(self, decision: Open) -> int | None:
        case, playbook = decision.case, decision.playbook
        row = await self._transaction.maybe(
            _QUERIES["open"],
            unit=case.unit,
            site=case.site,
            rule=case.rule.id,
            cause=case.rule.cause,
            priority=case.rule.priority,
            title=case.rule.title.model_dump(),
            silent=case.silent,
            to_control_room=case.to_control_room,
            occurred=case.records[0].at,
            now=self._now,
            playbook=playbook.id,
            playbook_version=playbook.version,
        )
        if row is None:
            return None
        incident = int(row["incident"])
        await self._copy(incident, case)
        await self._deal(incident, case.unit, playbook, silent=case.silent)
        await self._note(incident, case.unit, "opened", _account(decision))
        await self._tell(incident, case.unit, "opened", case.tells)
        return incident

    async def _join(self, decision: Join) -> int | None:
        case, incident = decision.case, decision.standing.incident
        if not await self._copy(incident, case) and not decision.now_silent:
            return None  # known already: the same record twice has no effect
        await self._transaction.run(
            _QUERIES["join"],
            incident=incident,
            occurred=case.records[0].at,
            silent=case.silent,
            to_control_room=case.to_control_room,
            now=self._now,
        )
        await self._note(incident, case.unit, "joined", _account(decision))
        await self._worsen(decision)
        return incident

    async def _worsen(self, decision: Join) -> None:
        """Change what people have to do, where it got worse or is better known."""
        case, standing = decision.case, decision.standing
        if decision.playbook is not None:
            await self._rank(decision, decision.playbook)
        if decision.playbook is not None or decision.now_silent:
            playbook = decision.playbook or await self._playbook_of(standing)
            silent = standing.silent or case.silent
            await self._deal(standing.incident, case.unit, playbook, silent=silent)
        if decision.more_urgent or decision.now_silent:
            reason: telling.Reason = "silenced" if decision.now_silent else "raised"
            await self._tell(standing.incident, case.unit, reason, case.tells)
        elif set(case.rules) != {standing.rule}:
            # Another rule may want people told whom the first did not name.
            await self._tell(standing.incident, case.unit, "opened", case.tells)

    async def _rank(self, decision: Join, playbook: Playbook) -> None:
        rule = decision.case.rule
        await self._transaction.run(
            _QUERIES["rank"],
            incident=decision.standing.incident,
            rule=rule.id,
            priority=rule.priority,
            title=rule.title.model_dump(),
            playbook=playbook.id,
            playbook_version=playbook.version,
        )

    async def _playbook_of(self, standing: Standing) -> Playbook:
        # The version that was used stays with the incident, so not the inventory's.
        row = await self._transaction.one(
            _QUERIES["playbook"],
            playbook=standing.playbook,
            version=standing.playbook_version,
        )
        return Playbook.model_validate(row["content"])

    async def _copy(self, incident: int, case: Case) -> int:
        return await self._transaction.many(
            _QUERIES["record"],
            [
                {
                    "incident": incident,
                    "unit": row.unit,
                    "device": row.device,
                    "run": row.run,
                    "lane": row.lane,
                    "seq": row.seq,
                    "at": row.at,
                    "kind": row.kind,
                    "sensor": row.sensor,
                    "zone": row.zone,
                    "data": jsonb(row.data),
                }
                for row in case.records
            ],
        )

    async def _deal(
        self, incident: int, unit: str, playbook: Playbook, *, silent: bool
    ) -> None:
        steps = steps_of(playbook, silent=silent)
        await self._transaction.all(
            _QUERIES["step_drop"], incident=incident, keep=[step.id for step in steps]
        )
        await self._transaction.many(
            _QUERIES["step"],
            [
                {
                    "incident": incident,
                    "step": step.id,
                    "unit": unit,
                    "place": place,
                    "role": step.role,
                    "text": step.text.model_dump(),
                    "mandatory": step.mandatory,
                }
                for place, step in enumerate(steps, start=1)
            ],
        )

    async def _note(
        self, incident: int, unit: str, what: str, data: dict[str, object]
    ) -> None:
        await self._transaction.run(
            _QUERIES["log"],
            incident=incident,
            unit=unit,
            now=self._now,
            what=what,
            data=data,
        )
        await self._transaction.notify("incident", f"{unit} {incident}")
        log.info("incident.judged", incident=incident, what=what)

    async def _tell(
        self, incident: int, unit: str, reason: telling.Reason, roles: tuple[Role, ...]
    ) -> None:
        news = telling.News(incident, unit, reason, roles)
        await telling.tell(self._transaction, news, self._now)


def _account(decision: Open | Join) -> dict[str, object]:
    case = decision.case
    return {
        "rule": case.rule.id,
        "reason": decision.reason,
        "priority": case.rule.priority,
        "silent": case.silent,
        "records": len(case.records),
        "kinds": sorted({row.kind for row in case.records}),
    }
