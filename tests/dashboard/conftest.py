"""Fixtures of the pages' tests: a town in a store of its own, a house that shows it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.collector.databases import database_url
from tests.dashboard.house import House, opened
from tests.dashboard.town import Town, founded

__all__ = ["database_url"]


@pytest.fixture
async def town(database_url: Callable[[str], str]) -> AsyncIterator[Town]:
    """Give the examples in a store, every device heard a moment ago."""
    async with founded(
        database_url("wachtpost_collector"), database_url("postgres")
    ) as found:
        await found.everybody_heard()
        yield found


@pytest.fixture
async def house(
    database_url: Callable[[str], str], town: Town, tmp_path: Path
) -> AsyncIterator[House]:
    """Give a running dashboard that shows the town."""
    async with opened(
        database_url, town, tmp_path, now=lambda: datetime.now(UTC)
    ) as found:
        yield found
