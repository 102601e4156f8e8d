"""How well events were found, by the rules of the footage's README."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

EARLY_S, LATE_S = 0.5, 3.0  # a start within these of the label is a find
LABEL_FRAMES = 2  # the labels are right within so many

Span = tuple[int, int]  # first and last frame, both inclusive


@dataclass(frozen=True)
class Truth:
    """The labels of one film."""

    fps: float
    frames: int
    events: tuple[Span, ...]

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Truth":
        """Read one film's entry of truth.json."""
        events = tuple((first, last) for first, last in told["events"])
        return cls(float(told["fps"]), int(told["frames"]), events)

    def until(self, seconds: float) -> "Truth":
        """Give the labels of the beginning alone; an event that is cut is left out."""
        frames = min(self.frames, round(seconds * self.fps))
        events = tuple(event for event in self.events if event[1] < frames)
        return Truth(self.fps, frames, events)

    def idle(self) -> set[int]:
        """Give the frames in which nothing is labelled to happen."""
        frames = set(range(self.frames))
        for first, last in self.events:
            frames -= set(range(first - LABEL_FRAMES, last + LABEL_FRAMES + 1))
        return frames


@dataclass(frozen=True)
class Score:
    """What became of the labelled events of some films."""

    events: int = 0
    found: int = 0
    repeated: int = 0
    false_starts: int = 0
    idle_frames: int = 0
    stuck_frames: int = 0
    idle_s: float = 0.0
    latencies: tuple[float, ...] = field(default=())

    @property
    def stuck_on(self) -> float:
        """The share of idle time in which motion was said to go on."""
        return self.stuck_frames / self.idle_frames if self.idle_frames else 0.0

    @property
    def per_hour(self) -> float:
        """False starts for each hour of idle time."""
        return self.false_starts / self.idle_s * 3600 if self.idle_s else 0.0

    @property
    def slowest(self) -> float | None:
        """The longest time in seconds from a label to its find."""
        return max(self.latencies, default=None)

    @property
    def median(self) -> float | None:
        """The usual time in seconds from a label to its find."""
        return statistics.median(self.latencies) if self.latencies else None

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.events + other.events,
            self.found + other.found,
            self.repeated + other.repeated,
            self.false_starts + other.false_starts,
            self.idle_frames + other.idle_frames,
            self.stuck_frames + other.stuck_frames,
            self.idle_s + other.idle_s,
            self.latencies + other.latencies,
        )


def score(said: Sequence[Span], truth: Truth, slack_s: float = 0.0) -> Score:
    """Compare what was said to go on with the labels.

    `slack_s` is how far the frames that were said may be off: in favour of what said
    them.

    1. A start within [label - 0.5 s, label + 3 s] finds its event, the first one does.
    2. A start while an event lasts, or a second one near its label, is a repeat.
    3. Every other start is false.
    """
    latencies: dict[int, float] = {}
    repeated = false = 0
    for start, _ in said:
        label = _label_near(start, truth, slack_s)
        if label is not None and label not in latencies:
            latencies[label] = (start - label) / truth.fps
        elif label is not None or any(a <= start <= b for a, b in truth.events):
            repeated += 1
        else:
            false += 1
    idle = truth.idle()
    stuck = {n for first, last in said for n in range(first, last + 1)} & idle
    return Score(
        len(truth.events),
        len(latencies),
        repeated,
        false,
        len(idle),
        len(stuck),
        len(idle) / truth.fps,
        tuple(latencies.values()),
    )


def total(scores: Iterable[Score]) -> Score:
    """Add the scores of several films."""
    return sum(scores, Score())


def _label_near(start: int, truth: Truth, slack_s: float) -> int | None:
    return next(
        (
            first
            for first, _ in truth.events
            if -(EARLY_S + slack_s) <= (start - first) / truth.fps <= LATE_S + slack_s
        ),
        None,
    )
