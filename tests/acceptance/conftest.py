"""Fixtures of the acceptance tests."""

from tests.collector.databases import database_url, owner

__all__ = ["database_url", "owner"]
