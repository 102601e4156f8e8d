"""What proves that we hear: our own words, sent through the broker, came back.

A subscription that stands proves nothing: the broker may hang, or the way to us. Only
the time between probes that came back in time is time in which silence is silence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

NONCE_BYTES = 16
LATE = timedelta(seconds=3)  # after the one before, or on its way
AWAITED = timedelta(minutes=1)  # what comes later still proves nothing


@dataclass(frozen=True)
class Stretch:
    """From when until when it is proven that everything sent was heard."""

    since: datetime
    until: datetime


def proven(stretch: Stretch | None, sent: datetime, now: datetime) -> Stretch:
    """Give the stretch that a probe proves, sent at `sent` and back `now`.

    It goes on with the stretch before it, or begins anew where one of the two came too
    late, or the clock was set.
    """
    in_time = timedelta() <= now - sent <= LATE
    if not in_time:
        return Stretch(now, now)
    if stretch is None or abs(sent - stretch.until) > LATE:
        return Stretch(sent, sent)
    return Stretch(stretch.since, max(stretch.until, sent))


class Probe:
    """The probes of one connection after another, and what they prove."""

    def __init__(self) -> None:
        self.stretch: Stretch | None = None
        self._asked: dict[bytes, datetime] = {}

    def ask(self, now: datetime) -> bytes:
        """Give the words to send now; nobody else knows them before."""
        asked = self._asked.items()
        self._asked = {one: at for one, at in asked if abs(now - at) <= AWAITED}
        nonce = token_bytes(NONCE_BYTES)
        self._asked[nonce] = now
        return nonce

    def came_back(self, nonce: bytes, now: datetime) -> None:
        """Take words that came; those that are not ours prove nothing."""
        sent = self._asked.get(nonce)
        if sent is None:
            return
        self._asked = {one: at for one, at in self._asked.items() if at > sent}
        self.stretch = proven(self.stretch, sent, now)

    def heard(self, since: datetime | None) -> Stretch | None:
        """Give what is proven since a moment; None where nothing is, or no moment."""
        if since is None or self.stretch is None:
            return None
        return Stretch(max(since, self.stretch.since), self.stretch.until)

    def lost(self) -> None:
        """Begin anew: what was under way is lost, and what was proven is over."""
        self.stretch, self._asked = None, {}
