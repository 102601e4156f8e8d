"""The small world of incidents, and a mail server, for the watchdog's tests."""

from tests.incident.conftest import (
    collector,
    dashboard,
    database_url,
    office,
    owner,
    world,
)

__all__ = ["collector", "dashboard", "database_url", "office", "owner", "world"]
