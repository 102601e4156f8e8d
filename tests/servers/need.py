"""What a test does about a server that the machine does not have."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers.errors import ServerMissing


def must_have_everything() -> bool:
    """Tell whether a missing server is a failure: `CI=true`, as `make test` sets."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@contextmanager
def needed() -> Iterator[None]:
    """Turn a missing server into a skip with its reason, under CI into a failure."""
    try:
        yield
    except ServerMissing as missing:
        pytest.skip(done_without(missing))


def done_without(missing: ServerMissing) -> str:
    """Give the reason for doing without something; under CI that is a failure."""
    if must_have_everything():
        raise missing
    return str(missing)
