"""Does a film end where its header says? One that was cut off tells nothing of it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

# What writes the length down when it is known. Others (MPEG streams, raw films) have
# none, and FFmpeg guesses it from the bit rate.
HONEST = frozenset({"avi", "matroska", "webm", "mov", "mp4"})
MISSING_S = 1.0  # of a film's end, and more than the share below: it was cut off
MISSING = 0.05
MICROSECONDS = 1_000_000


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


def promised_seconds(
    container: "InputContainer", stream: "av.VideoStream"
) -> float | None:
    """Read how long the pictures are to last; None where nothing honest says it.

    Sound may last longer: what is said of the whole counts if there are pictures alone.
    """
    formats = container.format.name.split(",")
    if HONEST.isdisjoint(formats):
        return None
    if "avi" in formats:  # FFmpeg cuts the duration to the file's size
        rate = stream.average_rate
        return float(stream.frames / rate) if stream.frames and rate else None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    told = _clock_seconds(stream.metadata.get("DURATION", ""))
    if told is not None:
        return told
    if container.duration and len(container.streams) == 1:
        return container.duration / MICROSECONDS
    return None


def _clock_seconds(text: str) -> float | None:
    """Read `00:01:02.500000000`, as Matroska writes it."""
    try:
        hours, minutes, seconds = (float(part) for part in text.split(":"))
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds
