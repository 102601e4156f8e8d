"""Counts what comes on the topics of known devices, so that who floods is found."""

from collections import Counter
from collections.abc import Container

from sites.errors import TopicError
from sites.topic import Path, parse_topic

# Of a path on one topic. A device has at most 8 frames on their way there, so that each
# would have to be stored and confirmed in 4 ms.
MOST_A_SECOND = 2_000
_LEAST_S = 1.0  # so that a burst between two quick looks is not taken for a flood


class Flow:
    """What came since somebody looked. Topics of no device are not even counted."""

    def __init__(self, devices: Container[str], now: float) -> None:
        self._devices = devices
        self._since = now
        self._counts: Counter[str] = Counter()

    def note(self, topic: str) -> None:
        """Count a message; anybody may have chosen its topic."""
        if topic in self._counts or self._knows(topic):
            self._counts[topic] += 1

    def take(self, now: float) -> set[Path]:
        """Give the paths that sent more than a device can, and begin anew.

        `now` are seconds of a clock that only goes forward.
        """
        most = MOST_A_SECOND * max(now - self._since, _LEAST_S)
        counts, self._counts, self._since = self._counts, Counter(), now
        return {parse_topic(on)[0] for on, count in counts.items() if count > most}

    def _knows(self, topic: str) -> bool:
        try:
            return parse_topic(topic)[0].device in self._devices
        except TopicError:
            return False
