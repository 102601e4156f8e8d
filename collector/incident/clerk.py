"""Writes down what was decided about incidents: rows, log, steps and messages.

The caller holds the locks of the sites, and commits.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from collector.database import Transaction, jsonb
from collector.incident import escalation, telling
from collector.incident.back import Back
from collector.incident.rules import Join, Open, Standing, steps_of, words_of
from collector.incident.weigh import Case, Known
from collector.intake.row import EventRow
from collector.query import Queries
from sites.inventory import Inventory
from sites.playbook import Playbook, filled
from sites.words import Role

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


class Clerk:
    """Writes one decision after another into the transaction that was given to it."""

    def __init__(
        self, transaction: Transaction, inventory: Inventory, now: datetime
    ) -> None:
        self._transaction = transaction
        self._inventory = inventory
        self._now = now

    async def silence(self, standing: Standing, unit: str) -> None:
        """Take the steps away that ring, since somebody else there is in danger."""
        incident = standing.incident
        await self._transaction.run(
            _QUERIES["silence"], incident=incident, now=self._now
        )
        playbook = await self._playbook_of(standing)
        await self._deal(incident, standing.site, playbook, silent=True)
        await self._note(
            incident, unit, "joined", {"reason": "now_silent", "records": 0}
        )
        await self._tell(incident, unit, "silenced", ())

    async def open(self, decision: Open) -> int | None:
        """Open an incident; None where one of that site and cause stands already."""
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
            occurred=case.records[0].moment,
            now=self._now,
            playbook=playbook.id,
            playbook_version=playbook.version,
            exercise=decision.reason == "exercise",
        )
        if row is None:
            return None
        incident = int(row["incident"])
        await self._copy(incident, case.unit, case.records)
        await self._deal(incident, case.site, playbook, silent=case.silent)
        await self._note(incident, case.unit, "opened", _account(decision))
        await self._tell(incident, case.unit, "opened", case.tells)
        await escalation.begin(self._transaction, self._inventory, incident)
        return incident

    async def join(self, decision: Join) -> int | None:
        """Add records to an incident; None where it had all of them already."""
        case, incident = decision.case, decision.standing.incident
        copied = await self._copy(incident, case.unit, case.records)
        if not copied and not decision.now_silent:
            return None  # known already: the same record twice has no effect
        await self._transaction.run(
            _QUERIES["join"],
            incident=incident,
            occurred=case.records[0].moment,
            silent=case.silent,
            to_control_room=case.to_control_room,
            now=self._now,
        )
        await self._note(incident, case.unit, "joined", _account(decision))
        await self._worsen(decision)
        return incident

    async def confirm(
        self, incident: int, case: Case, others: Sequence[Known], *, news: bool
    ) -> None:
        """Confirm an incident by records of the other nature, which it holds then.

        `news`: people were told of it before, and are told that it is confirmed.
        """
        await self._copy(incident, case.unit, others)
        times = [row.moment for row in case.records]
        times += [one.moment for one in others]
        marked = await self._transaction.one(
            _QUERIES["confirm"], incident=incident, occurred=min(times), now=self._now
        )
        if not marked["new"]:
            return
        kinds = case.kinds | {one.kind for one in others}
        await self._note(incident, case.unit, "confirmed", {"kinds": sorted(kinds)})
        if news:
            await self._tell(incident, case.unit, "confirmed", case.tells)

    async def come_back(self, found: Back) -> None:
        """Note in an incident that what it is about is there again; once a record."""
        row = found.row
        if await self._copy(found.incident, row.unit, [row]):
            data: dict[str, object] = {
                "kind": row.kind,
                "device": row.device,
                "sensor": row.sensor,
            }
            await self._note(found.incident, row.unit, "returned", data)

    async def go_on(self, old: Standing, into: int) -> None:
        """End an incident of losses alone, which goes on in another one."""
        await self._transaction.run(_QUERIES["go_on"], incident=old.incident, into=into)
        ended = await self._transaction.one(
            _QUERIES["end_into"], incident=old.incident, now=self._now
        )
        unit = str(ended["unit"])
        await self._transaction.run(
            _QUERIES["join"],
            incident=into,
            occurred=ended["occurred"],
            silent=False,
            to_control_room=ended["to_control_room"],
            now=self._now,
        )
        told = {"reason": "goes_on", "incident": into}
        await self._note(old.incident, unit, "ended", told)
        await telling.tell_end(self._transaction, old.incident, self._now)
        told = {"reason": "goes_on", "incident": old.incident}
        await self._note(into, unit, "joined", told)

    async def _worsen(self, decision: Join) -> None:
        """Change what people have to do, where it got worse or is better known."""
        case, standing = decision.case, decision.standing
        if decision.playbook is not None:
            await self._rank(decision, decision.playbook)
        if decision.playbook is not None or decision.now_silent:
            playbook = decision.playbook or await self._playbook_of(standing)
            silent = standing.silent or case.silent
            await self._deal(standing.incident, case.site, playbook, silent=silent)
        if decision.more_urgent or decision.now_silent:
            reason = "silenced" if decision.now_silent else "raised"
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
        incident = decision.standing.incident
        await escalation.begin(self._transaction, self._inventory, incident)

    async def _playbook_of(self, standing: Standing) -> Playbook:
        # The version that was used stays with the incident, so not the inventory's.
        row = await self._transaction.one(
            _QUERIES["playbook"],
            playbook=standing.playbook,
            version=standing.playbook_version,
        )
        return Playbook.model_validate(row["content"])

    async def _copy(
        self, incident: int, unit: str, rows: Iterable[EventRow | Known]
    ) -> int:
        return await self._transaction.many(
            _QUERIES["record"],
            [
                {
                    "incident": incident,
                    "unit": unit,
                    "device": row.device,
                    "run": row.run,
                    "lane": row.lane,
                    "seq": row.seq,
                    "at": row.own,
                    "corrected": row.corrected,
                    "kind": row.kind,
                    "sensor": row.sensor,
                    "zone": row.zone,
                    "data": jsonb(row.data),
                }
                for row in rows
            ],
        )

    async def _deal(
        self, incident: int, site: str, playbook: Playbook, *, silent: bool
    ) -> None:
        steps = steps_of(playbook, silent=silent)
        place = self._inventory.sites[site]
        named = words_of(place, incident)
        await self._transaction.all(
            _QUERIES["step_drop"], incident=incident, keep=[step.id for step in steps]
        )
        await self._transaction.many(
            _QUERIES["step"],
            [
                {
                    "incident": incident,
                    "step": step.id,
                    "unit": place.unit,
                    "place": number,
                    "role": step.role,
                    "text": filled(step.text, named).model_dump(),
                    "mandatory": step.mandatory,
                }
                for number, step in enumerate(steps, start=1)
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
        self, incident: int, unit: str, reason: str, roles: tuple[Role, ...]
    ) -> None:
        news = telling.News(incident, unit, reason, roles)
        await telling.tell(self._transaction, news, self._now)


def _account(decision: Open | Join) -> dict[str, object]:
    case = decision.case
    blind = any(row.data.get("while_blind") for row in case.records)
    paused = max(row.data.get("paused_s", 0) for row in case.records)
    return {
        **({"while_blind": True} if blind else {}),
        **({"paused_s": paused} if paused else {}),
        "rule": case.rule.id,
        "reason": decision.reason,
        "priority": case.rule.priority,
        "silent": case.silent,
        "records": len(case.records),
        "kinds": sorted({row.kind for row in case.records}),
    }
