"""A process of its own that watches the collectors, and speaks up by its own way."""
