from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench


@pytest.fixture
async def lane(
    database_url: Callable[[Role], str], tmp_path: Path
) -> AsyncIterator[Bench]:
    """Give a lane on the test's own database, with the real rules."""
    async with bench(database_url("wachtpost_collector"), tmp_path) as opened:
        yield opened
