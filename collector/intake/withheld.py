"""Looks for records that were withheld, and keeps book of the gaps that they leave."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from collector.database import Transaction, jsonb
from collector.intake.gap import Gap, Hole, decide, records_withheld
from collector.intake.presence import Listening
from collector.intake.row import EventRow
from collector.query import Queries, Row

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Withheld:
    """What is to be told as missing, and the sites where all of that came after all."""

    rows: tuple[EventRow, ...] = ()
    ended: frozenset[str] = frozenset()


async def look_for_gaps(transaction: Transaction, listening: Listening) -> Withheld:
    """Look once; of several collectors that look at once, one does it.

    The caller tells the rows and ends the incidents, in the same transaction.
    """
    turn = await transaction.one(_QUERIES["gap_turn"])
    if not turn["mine"]:
        return Withheld()
    known = [_gap(row) for row in await transaction.all(_QUERIES["gap_known"])]
    holes = await transaction.all(_QUERIES.of("gap_holes", Hole))
    if not known and not holes:
        return Withheld()
    decision = decide(known, holes, turn["now"], listening)
    if set(decision.gaps) != set(known):
        await _write_down(transaction, known, decision.gaps)
    rows = records_withheld(decision.tell, turn["now"])
    return Withheld(tuple(rows), decision.ended)


async def _write_down(
    transaction: Transaction, known: Iterable[Gap], gaps: Sequence[Gap]
) -> None:
    old = set(known)
    kept = [_key(gap.hole) for gap in gaps]
    await transaction.run(_QUERIES["gap_forget"], kept=jsonb(kept))
    rows = [
        {**asdict(gap.hole), "since": gap.since, "told": gap.told}
        for gap in gaps
        if gap not in old
    ]
    await transaction.run(_QUERIES["gap_put"], rows=jsonb(rows))


def _key(hole: Hole) -> dict[str, object]:
    names = ("device", "run", "lane", "first")
    return {name: getattr(hole, name) for name in names}


def _gap(row: Row) -> Gap:
    since, told = row.pop("since"), row.pop("told")
    return Gap(Hole(**row), since, told)
