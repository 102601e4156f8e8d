"""Fixtures for what the bench does in a database."""

from tests.collector.databases import database_url, owner

__all__ = ["database_url", "owner"]
