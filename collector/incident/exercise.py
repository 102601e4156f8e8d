"""Begins the exercises that people ask for: incidents in all, but for what is real.

An exercise follows the rule's own playbook, is told, escalates and is closed as any
other incident. It opens beside a real one, which nothing of it joins or holds up. Where
nobody may be rung, or another exercise goes on, none begins.
"""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import structlog

from collector.database import Database, Transaction
from collector.incident.clerk import Clerk
from collector.incident.rules import Open
from collector.incident.weigh import RANK, Case
from collector.intake.found import lock_sites
from collector.intake.row import EventRow
from collector.query import Queries, Row
from sites.inventory import Inventory
from sites.rule import Rule, recipients

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")

KIND = "exercise.started"
LATE = timedelta(minutes=5)  # nobody expects it any more

Refused = Literal["no_rule", "stands", "late"]


async def begin_next(database: Database, inventory: Inventory) -> bool:
    """Begin or refuse the next exercise; False where none was asked for.

    Raises:
        DatabaseError: nothing has begun; it waits for the next call.
    """
    async with database.transaction() as transaction:
        row = await transaction.maybe(_QUERIES["exercise_due"])
        if row is None:
            return False
        incident, refused = await _begin(transaction, inventory, row)
        await transaction.run(
            _QUERIES["exercise_end"],
            exercise=row["exercise"],
            incident=incident,
            refused=refused,
            now=row["now"],
        )
        await transaction.notify("site", row["unit"])
    log.info("exercise.begun", exercise=row["exercise"], refused=refused)
    return True


async def _begin(
    transaction: Transaction, inventory: Inventory, row: Row
) -> tuple[int | None, Refused | None]:
    site = row["site"]
    rules = [one for one in rules_at(inventory, site) if one.id == row["rule"]]
    if not rules or not row["known"]:
        return None, "no_rule"
    if row["waited"] > LATE:
        return None, "late"
    now = await lock_sites(transaction, [site])
    if await transaction.maybe(_QUERIES["exercise_busy"], site=site):
        return None, "stands"
    rule = rules[0]
    record = EventRow(
        device="exercise",
        run="exercise",
        lane="al",
        seq=row["exercise"],
        at=now,
        received=now,
        unit=row["unit"],
        site=site,
        kind=KIND,
    )
    case = Case(
        site=site,
        unit=row["unit"],
        rule=rule,
        rules=(rule.id,),
        records=(record,),
        silent="duress.entered" in rule.kinds,
        tells=recipients(rule),
        to_control_room=rule.to_control_room,
    )
    playbook = inventory.playbooks[rule.playbook]
    clerk = Clerk(transaction, inventory, now)
    incident = await clerk.open(Open(case, playbook, "exercise"))
    return incident, None if incident else "stands"


def rules_at(inventory: Inventory, site: str) -> tuple[Rule, ...]:
    """Give what can be exercised at a place, the most urgent first."""
    place = inventory.sites.get(site)
    if place is None:
        return ()
    fit = [rule for rule in inventory.rules.values() if place.kind in rule.site_kinds]
    return tuple(sorted(fit, key=lambda rule: (RANK[rule.priority], rule.id)))
