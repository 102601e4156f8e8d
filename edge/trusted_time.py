"""Says what time it is only where two clocks agree: this machine's and the collector's.

Whoever sets one of them, on this network or at the collector, makes them disagree; so
does a machine that starts in 1970.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

AGREE_S = 600.0  # receipts travel, and clocks drift while nobody hears


class TrustedTime:
    """The time of this device, as long as the collector's receipts bear it out.

    Args:
        now: this machine's clock.
        steady: seconds that only go forward, whatever the clock does.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now, self._steady = now, steady
        self._heard: tuple[datetime, float] | None = None

    def hear(self, at: datetime, age: float = 0.0) -> None:
        """Take the time that the collector has signed, `age` seconds ago at most.

        One that may be older than AGREE_S says nothing: whoever holds the broker may
        have kept it until the clock was set to fit.
        """
        if age <= AGREE_S:
            self._heard = at, self._steady()

    def now(self) -> datetime | None:
        """Give the time; None where nobody bears it out, or the clocks disagree."""
        if self._heard is None:
            return None
        at, since = self._heard
        now, passed = self._now(), self._steady() - since
        return now if abs((now - at).total_seconds() - passed) <= AGREE_S else None

    def told(self) -> datetime | None:
        """Give the collector's time by now; None as `now` does.

        It is AGREE_S behind at most, where somebody holds receipts back: whoever sets
        this machine's clock moves it not at all.
        """
        if self._heard is None or self.now() is None:
            return None
        at, since = self._heard
        return at + timedelta(seconds=self._steady() - since)
