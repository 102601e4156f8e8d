"""The small world, with an alarm receiving centre that knows its places."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.collector.databases import database_url, owner
from tests.incident.conftest import (
    clock,
    collector,
    dashboard,
    office,
    sender,
)
from tests.incident.conftest import world as furnished
from tests.incident.stage import KIT as KIT_SITE
from tests.incident.stage import STATION
from tests.notify.centre import (
    HOUSE,
    KIT,
    Centre,
    accounts,
    certificate,
    open_centre,
)

__all__ = [
    "clock",
    "collector",
    "dashboard",
    "database_url",
    "furnished",
    "office",
    "owner",
    "sender",
]


@pytest.fixture
def world(furnished):
    """Give the database in which a station and a kit have an account each."""
    for site, account in ((STATION, HOUSE), (KIT_SITE, KIT)):
        furnished.execute(
            "update store.site set account = %s where site = %s", [account, site]
        )
    return furnished


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("centre"))


@pytest.fixture
def served(papers: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers / "cert.pem", papers / "key.pem")
    return context


@pytest.fixture
def trusting(papers: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=papers / "cert.pem")


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    """Give a centre that does not mind the time, which is the test's own."""
    async with open_centre(accounts(HOUSE, KIT, band=None)) as running:
        yield running
