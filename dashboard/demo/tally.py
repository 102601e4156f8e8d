"""Counts what a demo did, from the real stores and from nothing else."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.request import urlopen

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from collector.database import Database
from collector.query import Queries

_QUERIES = Queries(Path(__file__).parent / "sql")
_METRICS_S = 5.0


@dataclass(frozen=True)
class Counts:
    """What the database holds: rows, incidents, seconds from happening to arrival."""

    stored: int
    incidents: int
    delay_median_s: float
    delay_max_s: float


@dataclass(frozen=True)
class Tally:
    """The result of a demo.

    `written` counts the records that the edges numbered, `duplicates_refused` the rows
    that came again; `footage` is the folder that was played, or `made`.
    """

    written: int
    stored: int
    duplicates_refused: int
    incidents: int
    delay_median_s: float
    delay_max_s: float
    footage: str

    def line(self) -> str:
        """Write it as one JSON object on one line."""
        return msgspec.json.encode(asdict(self)).decode()


async def counts(url: str) -> Counts:
    """Count in the database, as the collector's role."""
    async with (
        Database.open(url, "wachtpost demo") as database,
        database.transaction(read_only=True) as transaction,
    ):
        return await transaction.one(_QUERIES.of("counts", Counts))


async def duplicates_refused(port: int) -> int:
    """Ask the running collector how many rows it refused because they were there."""
    return duplicates_in(await asyncio.to_thread(_metrics, port))


def duplicates_in(metrics: str) -> int:
    """Add up the counter in a page of metrics."""
    return round(
        sum(
            sample.value
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == "wachtpost_duplicates_refused_total"
        )
    )


def _metrics(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_METRICS_S) as page:
        text: str = page.read().decode()
        return text
