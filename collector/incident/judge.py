"""Applies the rules to newly stored records, inside the transaction that stores them.

The caller holds the locks of the sites, so nobody else decides about them meanwhile;
the unique index on site and cause is the second guard. What happens here is committed
with the records or not at all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from collector.database import Transaction
from collector.incident.back import ENDS, back, kinds_back
from collector.incident.clerk import Clerk
from collector.incident.confirm import confirming, going_on, homes, window
from collector.incident.rules import (
    Join,
    Standing,
    absorbed,
    absorber,
    decide,
    hush,
    join_as,
    kinds_with_rules,
)
from collector.incident.suppression import hold_back
from collector.incident.weigh import LOSSES, Case, Key, Known, sort_out
from collector.intake.row import EventRow
from collector.query import Queries
from sites.inventory import Inventory

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
    and cause, those of losses last. A batch that no rule speaks of costs no query. Each
    of those incidents is notified on channel `incident` as `<unit> <incident>` when the
    caller commits.
    """
    kinds = kinds_with_rules(inventory)
    wanted = [row for row in rows if row.kind in kinds]
    if not wanted:
        return []
    returns = [row for row in wanted if row.kind in ENDS]
    news = [row for row in wanted if row.kind not in ENDS]
    cases, nothing = sort_out(news, inventory)
    if cases and (held := await hold_back(transaction, cases)):
        cases, nothing = sort_out((r for r in news if r.name not in held), inventory)
    for left in nothing:
        log.info("rules.unmatched", count=len(left.records), reason=left.reason)
    court = _Court(transaction, inventory, now)
    touched = await court.hear(cases) if cases else []
    if returns:
        await court.come_back(returns)
    return touched


class _Court:
    """Decides one case after another; what one changed the next one knows."""

    def __init__(
        self, transaction: Transaction, inventory: Inventory, now: datetime
    ) -> None:
        self._transaction = transaction
        self._inventory = inventory
        self._clerk = Clerk(transaction, inventory, now)
        self._standing: Mapping[Key, Standing] = {}
        self._exercises: Sequence[Standing] = ()

    async def hear(self, cases: Sequence[Case]) -> list[int]:
        """Give the incidents that these cases opened or joined, each once."""
        await self._look({case.site for case in cases})
        touched: dict[int, None] = {}
        hushed = hush(cases, self._standing.values())
        changed = None
        for case in hushed:
            if case.site == changed:
                await self._look({case.site})
            found = await self._case(case)
            changed = case.site if found else None
            touched.update(dict.fromkeys(found))
        await self._silence(hushed)
        return list(touched)

    async def come_back(self, rows: Sequence[EventRow]) -> None:
        """Note what is there again in the incidents that are about its loss."""
        known = await self._transaction.all(
            _QUERIES.of("lost", Known),
            sites=sorted({row.site for row in rows}),
            kinds=sorted(ENDS.values()),
        )
        for one in back(rows, known):
            await self._clerk.come_back(one)

    async def _look(self, sites: Collection[str]) -> None:
        found = await self._transaction.all(
            _QUERIES.of("standing", Standing),
            sites=sorted(sites),
            losses=sorted(LOSSES | kinds_back(LOSSES)),
        )
        real = (one for one in found if not one.exercise)
        others = (one for one in self._standing.values() if one.site not in sites)
        self._standing = {(one.site, one.cause): one for one in (*others, *real)}
        self._exercises = [one for one in found if one.exercise]

    async def _case(self, case: Case) -> list[int]:
        others = await self._others(case)
        standing = self._standing.values()
        alarms = homes(case, others, standing)
        behind = absorber(case, standing, self._inventory)
        if alarms:
            joins = [join_as(case, one, "confirms") for one in alarms]
        elif behind is not None:
            joins = [join_as(case, behind, "absorbed")]
        else:
            return await self._own(case, others)
        found = [await self._clerk.join(one) for one in joins]
        touched = [incident for incident in found if incident is not None]
        for incident in touched if alarms else ():
            own = [one for one in others if one.incident == incident]
            await self._clerk.confirm(incident, case, own, news=True)
        return touched

    async def _own(self, case: Case, others: Sequence[Known]) -> list[int]:
        """Hear a case under its own cause."""
        standing = self._standing.get(case.key)
        incident = await self._open_or_join(case, standing)
        if incident is None:
            return []
        if others:
            await self._clerk.confirm(incident, case, others, news=standing is not None)
        old = going_on(case, others, self._standing.values())
        old += absorbed(case, self._standing.values())
        for one in old:
            if one.incident != incident:
                await self._clerk.go_on(one, incident)
        return [incident]

    async def _open_or_join(self, case: Case, standing: Standing | None) -> int | None:
        while True:
            decision = decide(case, standing, self._inventory)
            if isinstance(decision, Join):
                return await self._clerk.join(decision)
            opened = await self._clerk.open(decision)
            if opened is not None:
                return opened
            # It was opened since we looked: decide again with that one.
            await self._look({case.site})
            standing = self._standing.get(case.key)

    async def _others(self, case: Case) -> tuple[Known, ...]:
        around = window(case)
        if around is None:
            return ()
        known = await self._transaction.all(
            _QUERIES.of("known", Known),
            site=case.site,
            kinds=sorted(around.kinds),
            since=around.since,
            until=around.until,
        )
        return confirming(case, known)

    async def _silence(self, cases: Sequence[Case]) -> None:
        """Silence what stands beside a silent occasion and no case was about."""
        units = {case.site: case.unit for case in cases if case.silent}
        if not units:
            return
        await self._look(units.keys())
        for one in (*self._standing.values(), *self._exercises):
            if one.site in units and not one.silent:
                await self._clerk.silence(one, units[one.site])
