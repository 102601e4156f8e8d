"""Does a film end where its header says? One that was cut off tells nothing of it.

Pure.
"""

MISSING_S = 1.0  # of a film's end, and more than the share below: it was cut off
MISSING = 0.05


class Extent:
    """How long the pictures of a film last, against what was promised."""

    def __init__(self, promised: float | None) -> None:
        self.promised = promised
        self.seconds = 0.0

    def take(self, seconds: float) -> None:
        """Take the time of a picture that could be decoded, since the first."""
        self.seconds = seconds

    def falls_short(self) -> bool:
        """Say, at the end, whether much of what was promised has not come."""
        if self.promised is None:
            return False
        missing = self.promised - self.seconds
        return missing > max(MISSING_S, MISSING * self.promised)
