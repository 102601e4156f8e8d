"""What the tests of the fleet share."""

from collections.abc import Iterator

import pytest

from tests.firmware.broker import cheap_passphrases


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    """Let keys be locked in no time; what that costs is for `test_locked` to hold."""
    with cheap_passphrases():
        yield
