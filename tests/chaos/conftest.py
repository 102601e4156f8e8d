"""Fixtures of the chaos suite."""

from tests.collector.databases import database_url, owner

__all__ = ["database_url", "owner"]
