"""The store of the collector that stands behind the broker."""

from tests.collector.databases import database_url, owner

__all__ = ["database_url", "owner"]
