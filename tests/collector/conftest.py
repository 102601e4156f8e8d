"""Fixtures of the collector's tests; `database_url` serves the dashboard's as well."""

from tests.collector.databases import database_url, owner

__all__ = ["database_url", "owner"]
